//! Reports: what a run found, written in one of several formats.
//!
//! A renderer reads a [`Report`] and writes; it runs no rule. Whatever a document, a file name or a rule file of a stranger
//! says is made harmless: on its way to a reader (`shown`), and by the escapes of each format, which stand in its module.

mod checkstyle;
mod concise;
mod csv;
mod diff;
mod full;
mod github;
mod gitlab;
mod graphical;
mod json;
mod jsonl;
mod junit;
mod markdown;
mod sarif;
mod shown;
mod xml;

use std::io::{self, Write};

use crate::check::{Assessment, Because, Finding, Settings};
use crate::diagnostic::{Diagnostic, Severity};
use crate::document::Document;
use crate::rule::{Rule, RuleSet};
use crate::source::SourceFile;
use crate::suppress::SuppressionsFile;

pub use diff::{Compared, DiffFormat, DiffReport, write_diff};
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
    /// A line of JSON a file, and one for the counts.
    Jsonl,
    /// SARIF 2.1.0, which code scanning services read.
    Sarif,
    /// Workflow commands of GitHub Actions, a line a finding.
    Github,
    /// A GitLab Code Quality report.
    Gitlab,
    /// JUnit XML: a suite a file, a test case a rule.
    Junit,
    /// Checkstyle XML.
    Checkstyle,
    /// Tables for a comment on a pull request.
    Markdown,
    /// The disclosures of many policies: a row a file, a column a disclosure.
    Csv,
}

impl ReportFormat {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Full,
        Self::Concise,
        Self::Json,
        Self::Jsonl,
        Self::Sarif,
        Self::Github,
        Self::Gitlab,
        Self::Junit,
        Self::Checkstyle,
        Self::Markdown,
        Self::Csv,
    ];

    /// The name that it is asked for by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Concise => "concise",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Junit => "junit",
            Self::Checkstyle => "checkstyle",
            Self::Markdown => "markdown",
            Self::Csv => "csv",
        }
    }
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
    /// How it was checked.
    pub settings: Settings,
    /// What the rules made of that.
    pub assessment: Assessment,
}

impl CheckedFile {
    /// Whether a rule is on for this file.
    fn asks(&self, rule: usize, rules: &RuleSet) -> bool {
        self.settings.severity(rule, rules).is_some()
    }
}

/// A suppressions file that a run has used.
#[derive(Debug)]
pub struct CheckedSuppressions {
    /// The file.
    pub file: SuppressionsFile,
    /// What is wrong with its entries; it has no disclosures.
    pub assessment: Assessment,
}

/// What a run found.
#[derive(Debug)]
pub struct Report<'r> {
    /// The files, in the order that they were given or found.
    pub files: &'r [CheckedFile],
    /// The suppressions files, in the order of their paths.
    pub suppressions: &'r [CheckedSuppressions],
    /// The rules, those that are off among them.
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

impl Counts {
    fn of<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Self {
        findings.into_iter().fold(Self::default(), |mut counts, finding| {
            match finding.diagnostic.severity {
                Severity::Error => counts.errors += 1,
                Severity::Warning => counts.warnings += 1,
                Severity::Advice => counts.advice += 1,
            }
            counts
        })
    }

    /// The counts in words, those that are zero left out.
    fn in_words(self) -> String {
        let parts = [(self.errors, "error"), (self.warnings, "warning"), (self.advice, "advice")];
        let found = parts.iter().filter(|(count, _)| *count > 0).map(|(count, name)| match (*count, *name) {
            (1, name) | (_, name @ "advice") => format!("{count} {name}"),
            (_, name) => format!("{count} {name}s"),
        });
        let found = found.collect::<Vec<_>>().join(", ");
        if found.is_empty() { "no findings".to_owned() } else { found }
    }
}

impl Report<'_> {
    /// The counts over all files.
    pub fn counts(&self) -> Counts {
        Counts::of(self.findings().map(|(_, finding)| finding))
    }

    /// All findings that count, each with the file that it is in: those in suppressions files come last.
    fn findings(&self) -> impl Iterator<Item = (&SourceFile, &Finding)> {
        self.assessments()
            .flat_map(|(source, assessment)| assessment.findings.iter().map(move |finding| (source, finding)))
    }

    /// What can have findings: the files, then the suppressions files.
    fn assessments(&self) -> impl Iterator<Item = (&SourceFile, &Assessment)> {
        let files = self.files.iter().map(|file| (&file.source, &file.assessment));
        let suppressions = self.suppressions.iter().map(|checked| (checked.file.source(), &checked.assessment));
        files.chain(suppressions)
    }

    /// How many findings don't count, and why, in words; nothing if there are none.
    fn set_aside(&self) -> Option<String> {
        let aside = || self.assessments().flat_map(|(_, assessment)| &assessment.set_aside);
        let all = aside().count();
        let in_baseline = aside().filter(|aside| aside.because == Because::Baseline).count();
        let parts = [(all - in_baseline, "suppressed"), (in_baseline, "in the baseline")];
        let parts = parts.iter().filter(|(count, _)| *count > 0).map(|(count, how)| format!("{count} {how}"));
        let findings = if all == 1 { "1 finding".to_owned() } else { format!("{all} findings") };
        (all > 0).then(|| format!("{findings} set aside ({})", parts.collect::<Vec<_>>().join(", ")))
    }

    /// The rules that are on for one of the files, each with its place in [`RuleSet::rules`], in the order of their ids.
    fn active(&self) -> impl Iterator<Item = (usize, &Rule)> {
        let rules = self.rules.rules().iter().enumerate();
        rules.filter(|(rule, _)| self.files.iter().any(|file| file.asks(*rule, self.rules)))
    }

    /// The counts in words, with the number of files.
    fn in_words(&self) -> String {
        match self.files.len() {
            0 => "no file was checked".to_owned(),
            1 => format!("{} in 1 file", self.counts().in_words()),
            files => format!("{} in {files} files", self.counts().in_words()),
        }
    }
}

/// Writes a report.
pub fn write(format: ReportFormat, report: &Report<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    match format {
        ReportFormat::Full => full::write(report, style, out),
        ReportFormat::Concise => concise::write(report, out),
        ReportFormat::Json => json::write(report, out),
        ReportFormat::Jsonl => jsonl::write(report, out),
        ReportFormat::Sarif => sarif::write(report, out),
        ReportFormat::Github => github::write(report, out),
        ReportFormat::Gitlab => gitlab::write(report, out),
        ReportFormat::Junit => junit::write(report, out),
        ReportFormat::Checkstyle => checkstyle::write(report, out),
        ReportFormat::Markdown => markdown::write(report, out),
        ReportFormat::Csv => csv::write(report, out),
    }
}

/// A file's name as services name the files of a repository: parted by slashes, without `./` before it.
fn repository_path(name: &str) -> String {
    // Elsewhere a backslash is a character of the name.
    let slashed = if cfg!(windows) { name.replace('\\', "/") } else { name.to_owned() };
    let mut path = slashed.as_str();
    while let Some(rest) = path.strip_prefix("./") {
        path = rest.trim_start_matches('/');
    }
    path.to_owned()
}

/// A finding's message with what to do about it and what it rests on, in lines.
fn explained(finding: &Finding, rules: &RuleSet) -> String {
    let Diagnostic { message, help, .. } = &finding.diagnostic;
    let cite = rules.rules()[finding.rule].cite.join("; ");
    let help = help.as_deref().map(|help| format!("\n{}", help.trim_end())).unwrap_or_default();
    format!("{message}{help}\nsee {cite}")
}

/// Draws one diagnostic on its source: for mistakes in rule files.
pub fn draw(diagnostic: &Diagnostic, source: &SourceFile, style: Style, out: &mut dyn Write) -> io::Result<()> {
    graphical::Canvas::new(source, style).draw(diagnostic, &[], out)
}
