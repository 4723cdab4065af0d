//! A line a finding.

use std::io::{self, Write};

use super::shown::excerpt;
use crate::check::Assessment;
use crate::source::SourceFile;

pub(super) fn findings(source: &SourceFile, assessment: &Assessment, out: &mut dyn Write) -> io::Result<()> {
    for finding in &assessment.findings {
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
