//! What an edit changed, in JSON, version 1. Its own structs, so that the core's types may change without it.

use std::io::{self, Write};

use serde::Serialize;

use super::{Compared, DiffReport};
use crate::diff::{Change, ChangeKind, Effect, Passage};
use crate::report::CheckedFile;
use crate::rule::RuleSet;

#[derive(Serialize)]
struct Output<'r> {
    version: u32,
    tool: Tool,
    comparisons: Vec<Comparison<'r>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Comparison<'r> {
    old: Option<File<'r>>,
    new: File<'r>,
    changes: Vec<ChangeOut<'r>>,
}

#[derive(Serialize)]
struct File<'r> {
    path: &'r str,
    format: &'static str,
    language: &'static str,
}

#[derive(Serialize)]
struct ChangeOut<'r> {
    change: &'static str,
    effect: &'static str,
    fails: bool,
    rule: &'r str,
    title: &'r str,
    message: Option<&'r str>,
    from: Vec<&'r str>,
    to: Vec<&'r str>,
    old: Vec<PassageOut<'r>>,
    new: Vec<PassageOut<'r>>,
}

#[derive(Serialize)]
struct PassageOut<'r> {
    start: usize,
    end: usize,
    line: usize,
    column: usize,
    text: &'r str,
}

#[derive(Serialize)]
struct Summary {
    files: usize,
    worse: usize,
    changed: usize,
    better: usize,
}

pub(super) fn write(report: &DiffReport<'_>, out: &mut dyn Write) -> io::Result<()> {
    let output = Output {
        version: 1,
        tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        comparisons: report.files.iter().map(|compared| comparison(compared, report.rules)).collect(),
        summary: Summary {
            files: report.files.len(),
            worse: report.count(Effect::Worse),
            changed: report.count(Effect::Changed),
            better: report.count(Effect::Better),
        },
    };
    serde_json::to_writer_pretty(&mut *out, &output)?;
    writeln!(out)
}

fn comparison<'r>(compared: &'r Compared, rules: &'r RuleSet) -> Comparison<'r> {
    let change = |change| self::change(change, compared, rules);
    Comparison {
        old: compared.old.as_ref().map(file),
        new: file(&compared.new),
        changes: compared.changes.iter().map(change).collect(),
    }
}

fn file(checked: &CheckedFile) -> File<'_> {
    let CheckedFile { source, document, .. } = checked;
    File { path: source.name(), format: document.format().name(), language: document.language().code() }
}

fn change<'r>(change: &'r Change, compared: &'r Compared, rules: &'r RuleSet) -> ChangeOut<'r> {
    let rule = &rules.rules()[change.rule];
    let strings = |words: &'r [String]| words.iter().map(String::as_str).collect();
    let (from, to, message): (Vec<&str>, Vec<&str>, Option<&str>) = match &change.kind {
        ChangeKind::Claim { old, new } => (strings(old), strings(new), None),
        ChangeKind::Value { old, new } => (vec![old], vec![new], None),
        ChangeKind::Introduced { message, .. } | ChangeKind::Fixed { message } => {
            (Vec::new(), Vec::new(), Some(message))
        }
        ChangeKind::Lost | ChangeKind::Weakened | ChangeKind::Gained | ChangeKind::Strengthened => {
            (Vec::new(), Vec::new(), None)
        }
    };
    let old = compared.old.as_ref().map(|old| passages(&change.old, old));
    ChangeOut {
        change: change.kind.name(),
        effect: change.kind.effect().name(),
        fails: compared.fails(change),
        rule: rule.id.as_str(),
        title: &rule.title,
        message,
        from,
        to,
        old: old.unwrap_or_default(),
        new: passages(&change.new, &compared.new),
    }
}

fn passages<'r>(passages: &'r [Passage], file: &CheckedFile) -> Vec<PassageOut<'r>> {
    let out = |passage: &'r Passage| {
        let at = file.source.position(passage.span.start());
        let (start, end) = (passage.span.start(), passage.span.end());
        PassageOut { start, end, line: at.line, column: at.column, text: &passage.text }
    };
    passages.iter().map(out).collect()
}
