//! Reports: what a run found, written in one of several formats.
//!
//! A renderer reads a [`Report`] and writes; it runs no rule. Whatever a document says is made harmless on its way to a
//! terminal (`shown`).

mod concise;
mod full;
mod graphical;
mod json;
mod shown;

use std::io::{self, Write};

use crate::check::Assessment;
use crate::diagnostic::{Diagnostic, Severity};
use crate::document::Document;
use crate::rule::RuleSet;
use crate::source::SourceFile;

pub use shown::printable;

/// The formats of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportFormat {
    /// Findings drawn on their source, a table of the disclosures, and the counts.
    Full,
    /// A line a finding: file, line, column, severity, rule, message.
    Concise,
    /// One JSON object.
    Json,
}

/// Whether to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Plain text.
    Off,
    /// With ANSI colours.
    On,
}

/// How text for people is to look.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether to colour.
    pub colour: Colour,
    /// The width to fill, in columns.
    pub width: usize,
}

/// One checked file.
#[derive(Debug)]
pub struct CheckedFile {
    /// The file.
    pub source: SourceFile,
    /// What was read of it.
    pub document: Document,
    /// What the rules made of that.
    pub assessment: Assessment,
}

/// What a run found.
#[derive(Debug)]
pub struct Report<'r> {
    /// The files, in the order that they were given or found.
    pub files: &'r [CheckedFile],
    /// The rules that were run.
    pub rules: &'r RuleSet,
}

/// How many findings there are of each severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Findings that are errors.
    pub errors: usize,
    /// Findings that are warnings.
    pub warnings: usize,
    /// Findings that are advice.
    pub advice: usize,
}

impl Report<'_> {
    /// The counts over all files.
    pub fn counts(&self) -> Counts {
        let findings = self.files.iter().flat_map(|file| &file.assessment.findings);
        findings.fold(Counts::default(), |mut counts, finding| {
            match finding.diagnostic.severity {
                Severity::Error => counts.errors += 1,
                Severity::Warning => counts.warnings += 1,
                Severity::Advice => counts.advice += 1,
            }
            counts
        })
    }
}

/// Writes a report.
pub fn write(format: ReportFormat, report: &Report<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    match format {
        ReportFormat::Full => full::write(report, style, out),
        ReportFormat::Concise => concise::write(report, out),
        ReportFormat::Json => json::write(report, out),
    }
}

/// Draws one diagnostic on its source: for mistakes in rule files.
pub fn draw(diagnostic: &Diagnostic, source: &SourceFile, style: Style, out: &mut dyn Write) -> io::Result<()> {
    graphical::Canvas::new(source, style).draw(diagnostic, &[], out)
}
