//! A line a finding.

use std::io::{self, Write};

use super::Report;
use super::shown::excerpt;

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    for (source, finding) in report.findings() {
        let diagnostic = &finding.diagnostic;
        let at = source.position(diagnostic.primary.span.start());
        writeln!(
            out,
            "{}:{}:{}: {}[{}] {}",
            excerpt(source.name(), usize::MAX),
            at.line,
            at.column,
            diagnostic.severity.name(),
            diagnostic.code,
            excerpt(&diagnostic.message, usize::MAX),
        )?;
    }
    Ok(())
}
