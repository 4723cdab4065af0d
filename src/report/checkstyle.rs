//! Checkstyle XML: a `file` a policy, an `error` a finding.

use std::io::{self, Write};

use super::xml::{Attribute, DECLARATION};
use crate::check::Assessment;
use crate::diagnostic::Severity;
use crate::source::SourceFile;

pub(super) fn begin(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{DECLARATION}\n<checkstyle version=\"4.3\">")
}

pub(super) fn findings(source: &SourceFile, assessment: &Assessment, out: &mut dyn Write) -> io::Result<()> {
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
    writeln!(out, "  </file>")
}

pub(super) fn end(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "</checkstyle>")
}
