//! Checkstyle XML: a `file` a policy, an `error` a finding.

use std::io::{self, Write};

use super::Report;
use super::xml::{Attribute, DECLARATION};
use crate::diagnostic::Severity;

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{DECLARATION}\n<checkstyle version=\"4.3\">")?;
    for (source, assessment) in report.assessments() {
        writeln!(out, "  <file name={}>", Attribute(source.name()))?;
        for finding in &assessment.findings {
            let diagnostic = &finding.diagnostic;
            let at = source.position(diagnostic.primary.span.start());
            let severity = match diagnostic.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Advice => "info",
            };
            writeln!(
                out,
                "    <error line=\"{}\" column=\"{}\" severity=\"{severity}\" message={} source={}/>",
                at.line,
                at.column,
                Attribute(&diagnostic.message),
                Attribute(&format!("{}/{}", env!("CARGO_PKG_NAME"), diagnostic.code)),
            )?;
        }
        writeln!(out, "  </file>")?;
    }
    writeln!(out, "</checkstyle>")
}
