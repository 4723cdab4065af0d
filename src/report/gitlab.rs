//! A GitLab Code Quality report: the part of the Code Climate format that GitLab reads.

use std::io::{self, Write};

use serde::Serialize;

use super::{json, repository_path};
use crate::check::{Assessment, Finding};
use crate::diagnostic::Severity;
use crate::source::SourceFile;

#[derive(Serialize)]
struct Issue<'r> {
    description: &'r str,
    check_name: &'r str,
    /// Has to be unique in the report. Ours tells the findings of one policy apart, and the same finding in another
    /// policy has the same one; so the path stands before it.
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
}

pub(super) fn begin(out: &mut dyn Write) -> io::Result<()> {
    write!(out, "[")
}

pub(super) fn findings(source: &SourceFile, assessment: &Assessment, out: &mut Vec<u8>) -> io::Result<()> {
    let mut issues = assessment.findings.iter().map(|finding| issue(source, finding));
    issues.try_for_each(|issue| json::item(&issue, 1, out))
}

pub(super) fn end(listed: bool, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", if listed { "\n]" } else { "]" })
}

fn issue<'r>(source: &SourceFile, finding: &'r Finding) -> Issue<'r> {
    let path = repository_path(source.name());
    let begin = source.position(finding.diagnostic.primary.span.start()).line;
    Issue {
        description: &finding.diagnostic.message,
        check_name: &finding.diagnostic.code,
        fingerprint: format!("{path}:{}", finding.fingerprint),
        // What a text says stops no service from running, so nothing is critical.
        severity: match finding.diagnostic.severity {
            Severity::Error => "major",
            Severity::Warning => "minor",
            Severity::Advice => "info",
        },
        location: Location { path, lines: Lines { begin } },
    }
}
