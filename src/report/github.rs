//! Workflow commands of GitHub Actions, which show as annotations on the lines of a pull request.
//!
//! A command starts a line, and nothing of ours or of a policy starts another: a line end within a command is escaped.

use std::io::{self, Write};

use super::shown::printable;
use super::{explained, repository_path};
use crate::check::Assessment;
use crate::diagnostic::Severity;
use crate::rule::RuleSet;
use crate::source::SourceFile;

pub(super) fn findings(
    source: &SourceFile,
    assessment: &Assessment,
    rules: &RuleSet,
    out: &mut dyn Write,
) -> io::Result<()> {
    let path = property(&repository_path(source.name()));
    for finding in &assessment.findings {
        let command = match finding.diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Advice => "notice",
        };
        let span = finding.diagnostic.primary.span;
        let (start, end) = (source.position(span.start()), source.position(span.end()));
        write!(out, "::{command} file={path},line={},endLine={}", start.line, end.line)?;
        // GitHub refuses columns where the lines differ.
        if start.line == end.line {
            write!(out, ",col={},endColumn={}", start.column, end.column)?;
        }
        let rule = &rules.rules()[finding.rule];
        let title = property(&format!("{} ({})", rule.title, rule.id));
        writeln!(out, ",title={title}::{}", data(&explained(finding, rules)))?;
    }
    Ok(())
}

/// Text as the message of a command.
fn data(text: &str) -> String {
    printable(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Text as the value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
