//! A GitLab Code Quality report: the part of the Code Climate format that GitLab reads.

use std::io::{self, Write};

use serde::Serialize;

use super::{Report, repository_path};
use crate::check::Finding;
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

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let issues: Vec<Issue<'_>> = report.findings().map(|(source, finding)| issue(source, finding)).collect();
    serde_json::to_writer_pretty(&mut *out, &issues)?;
    writeln!(out)
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
