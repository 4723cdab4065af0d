//! JSON lines: one for each file, the same object that the JSON report has in `files`; then one that is the rest of that
//! report, with `version`, `tool` and `summary`. A line that has `path` is a file; a report without a line that has
//! `summary` was cut short.

use std::io::{self, Write};

use serde::Serialize;

use super::Report;
use super::json::{self, Summary, Suppressions, TOOL, Tool, VERSION};

#[derive(Serialize)]
struct LastLine<'r> {
    version: u32,
    tool: Tool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppressions<'r>>,
    summary: Summary,
}

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    for checked in report.files {
        line(&json::file(checked, report.rules), out)?;
    }
    let suppressions = json::suppressions(report);
    line(&LastLine { version: VERSION, tool: TOOL, suppressions, summary: Summary::of(report) }, out)
}

fn line(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    writeln!(out)
}
