//! JSON lines: one for each file, the same object that the JSON report has in `files`; then one that is the rest of that
//! report, with `version`, `tool` and `summary`. A line that has `path` is a file; a report without a line that has
//! `summary` was cut short. Where the files came as records, the line of each begins with its `id`, and one that has `error`
//! answers what is no record.

use std::io::{self, Write};

use serde::Serialize;

use super::json::{self, File, Summary, Suppressions, TOOL, Tool, VERSION};
use super::{CheckedFile, CheckedSuppressions, Totals};
use crate::rule::RuleSet;

#[derive(Serialize)]
struct LastLine<'r> {
    version: u32,
    tool: Tool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppressions<'r>>,
    summary: Summary,
}

pub(super) fn file(checked: &CheckedFile, rules: &RuleSet, out: &mut dyn Write) -> io::Result<()> {
    line(&File::of(checked, rules), out)
}

/// A file that came as a record.
#[derive(Serialize)]
struct Answer<'r> {
    id: &'r str,
    #[serde(flatten)]
    file: File<'r>,
}

/// What is said of a line that is no record.
#[derive(Serialize)]
struct Refusal<'r> {
    id: Option<&'r str>,
    line: usize,
    error: &'r str,
}

pub(super) fn answer(id: &str, checked: &CheckedFile, rules: &RuleSet, out: &mut dyn Write) -> io::Result<()> {
    line(&Answer { id, file: File::of(checked, rules) }, out)
}

pub(super) fn refusal(number: usize, id: Option<&str>, error: &str, out: &mut dyn Write) -> io::Result<()> {
    line(&Refusal { id, line: number, error }, out)
}

pub(super) fn end(
    totals: &Totals,
    checked: &[CheckedSuppressions],
    rules: &RuleSet,
    out: &mut dyn Write,
) -> io::Result<()> {
    let suppressions = json::suppressions(checked, rules);
    line(&LastLine { version: VERSION, tool: TOOL, suppressions, summary: Summary::of(totals) }, out)
}

fn line(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    writeln!(out)
}
