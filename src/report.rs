//! Reports: what a run found, written in one of several formats.
//!
//! A report is made in two steps, so that many files can be worked on at once and none has to be kept: a [`Renderer`] says
//! what a format has to say of one file, on any thread; a [`Report`] is fed with these pieces, in order, and writes. Neither
//! runs a rule. Whatever a document, a file name or a rule file of a stranger says is made harmless: on its way to a reader
//! (`shown`), and by the escapes of each format, which stand in its module.

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
pub(crate) mod markdown;
mod sarif;
mod shown;
mod xml;

use std::io::{self, Write};

use crate::check::{Assessment, Because, Finding, Settings};
use crate::diagnostic::{Diagnostic, Severity};
use crate::document::Document;
use crate::rule::RuleSet;
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
    /// Whether the rules read its language.
    pub(crate) fn is_read(&self, rules: &RuleSet) -> bool {
        rules.in_language(self.document.language().code()).is_some()
    }

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

/// What all files of a report together have.
#[derive(Clone, Copy, Debug, Default)]
struct Totals {
    files: usize,
    /// How many of the files are in a language that the rules don't read.
    unread: usize,
    counts: Counts,
    /// How many findings don't count.
    set_aside: usize,
    /// How many of those are in the baseline.
    in_baseline: usize,
    /// How many records could not be read.
    refused: usize,
}

impl Totals {
    fn of_file(file: &CheckedFile, rules: &RuleSet) -> Self {
        Self { files: 1, unread: usize::from(!file.is_read(rules)), ..Self::of(&file.assessment) }
    }

    fn of(assessment: &Assessment) -> Self {
        let in_baseline = assessment.set_aside.iter().filter(|aside| aside.because == Because::Baseline).count();
        let counts = Counts::of(&assessment.findings);
        Self { counts, set_aside: assessment.set_aside.len(), in_baseline, ..Self::default() }
    }

    fn add(&mut self, other: Self) {
        self.files += other.files;
        self.unread += other.unread;
        self.counts.errors += other.counts.errors;
        self.counts.warnings += other.counts.warnings;
        self.counts.advice += other.counts.advice;
        self.set_aside += other.set_aside;
        self.in_baseline += other.in_baseline;
        self.refused += other.refused;
    }

    /// The counts in words, with the number of files.
    fn in_words(&self) -> String {
        let files = if self.files == 1 { "1 file".to_owned() } else { format!("{} files", self.files) };
        let found = self.counts.in_words();
        match self.unread {
            0 if self.files == 0 => "no file was checked".to_owned(),
            0 => format!("{found} in {files}"),
            // That nothing was found says nothing where nothing was looked for.
            unread if unread == self.files && self.counts == Counts::default() => format!("{files} not checked"),
            unread => format!("{found} in {files}, {unread} of them not checked"),
        }
    }

    /// How many findings don't count, and why, in words; nothing if there are none.
    fn set_aside_in_words(&self) -> Option<String> {
        let parts = [(self.set_aside - self.in_baseline, "suppressed"), (self.in_baseline, "in the baseline")];
        let parts = parts.iter().filter(|(count, _)| *count > 0).map(|(count, how)| format!("{count} {how}"));
        let findings =
            if self.set_aside == 1 { "1 finding".to_owned() } else { format!("{} findings", self.set_aside) };
        (self.set_aside > 0).then(|| format!("{findings} set aside ({})", parts.collect::<Vec<_>>().join(", ")))
    }
}

/// How to report: a format over the rules of a run, those that are off among them.
#[derive(Clone, Copy, Debug)]
pub struct Renderer<'r> {
    /// The format.
    pub format: ReportFormat,
    /// The rules.
    pub rules: &'r RuleSet,
    /// How text for people is to look.
    pub style: Style,
}

/// What a report says of one file.
#[derive(Debug)]
pub struct Piece<'r> {
    totals: Totals,
    said: Said<'r>,
}

/// What a format says of one file: text as it stands in the report, or, where that depends on other files, what is needed of
/// it in the end. The text of the file is not part of it.
#[derive(Debug)]
enum Said<'r> {
    Text(Vec<u8>),
    Suite(junit::Suite),
    Results(sarif::Results<'r>),
    Row(csv::Row),
}

impl Said<'_> {
    fn text(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> Self {
        Self::Text(written(write))
    }
}

impl<'r> Renderer<'r> {
    /// What the report says of a file. Depends on nothing else, so it can be made on any thread.
    pub fn piece(&self, file: &CheckedFile) -> Piece<'r> {
        let Self { rules, style, .. } = *self;
        let (source, assessment) = (&file.source, &file.assessment);
        let said = match self.format {
            ReportFormat::Full => Said::text(|out| full::file(file, rules, style, out)),
            ReportFormat::Concise => Said::text(|out| concise::findings(source, assessment, out)),
            ReportFormat::Json => Said::text(|out| json::file(file, rules, out)),
            ReportFormat::Jsonl => Said::text(|out| jsonl::file(file, rules, out)),
            ReportFormat::Sarif => Said::Results(sarif::Results::of(file, rules)),
            ReportFormat::Github => Said::text(|out| github::findings(source, assessment, rules, out)),
            ReportFormat::Gitlab => Said::text(|out| gitlab::findings(source, assessment, out)),
            ReportFormat::Junit => Said::Suite(junit::Suite::of(file, rules)),
            ReportFormat::Checkstyle => Said::text(|out| checkstyle::findings(source, assessment, out)),
            ReportFormat::Markdown => Said::text(|out| markdown::file(file, rules, out)),
            ReportFormat::Csv => Said::Row(csv::Row::of(file)),
        };
        Piece { totals: Totals::of_file(file, self.rules), said }
    }

    /// The line of a [`ReportFormat::Jsonl`] report that answers a record: what it says of a file, with the record's id.
    pub fn answer(&self, id: &str, file: &CheckedFile) -> Piece<'r> {
        let said = Said::text(|out| jsonl::answer(id, file, self.rules, out));
        Piece { totals: Totals::of_file(file, self.rules), said }
    }

    /// The line of a [`ReportFormat::Jsonl`] report that answers what is no record: where it stands, counted from 1, its id
    /// where it has one, and what was expected.
    pub fn refusal(&self, line: usize, id: Option<&str>, expected: &str) -> Piece<'r> {
        let said = Said::text(|out| jsonl::refusal(line, id, expected, out));
        Piece { totals: Totals { refused: 1, ..Totals::default() }, said }
    }

    /// What the report says of a suppressions file where it says it as of any file.
    fn suppressions(&self, checked: &CheckedSuppressions) -> Vec<u8> {
        let (source, assessment) = (checked.file.source(), &checked.assessment);
        let Self { rules, style, .. } = *self;
        match self.format {
            ReportFormat::Full => written(|out| full::findings(source, assessment, rules, style, out)),
            ReportFormat::Concise => written(|out| concise::findings(source, assessment, out)),
            ReportFormat::Github => written(|out| github::findings(source, assessment, rules, out)),
            ReportFormat::Gitlab => written(|out| gitlab::findings(source, assessment, out)),
            ReportFormat::Checkstyle => written(|out| checkstyle::findings(source, assessment, out)),
            _ => Vec::new(),
        }
    }
}

/// Text that is written to memory, where nothing can go wrong.
fn written(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> Vec<u8> {
    let mut text = Vec::new();
    write(&mut text).expect("internal: memory could not be written to");
    text
}

/// A report that is being written: begun, fed with the files in their order, and ended.
///
/// Formats that begin with what all files have in common keep what they need until the end; the others write each file when
/// it comes, and keep nothing.
#[derive(Debug)]
pub struct Report<'r> {
    renderer: Renderer<'r>,
    totals: Totals,
    /// Whether an item was written to the list that the format is.
    listed: bool,
    kept: Kept<'r>,
}

#[derive(Debug)]
enum Kept<'r> {
    Nothing,
    Text(Vec<u8>),
    Suites(junit::Suites),
    Log(sarif::Results<'r>),
    Table(csv::Table),
}

impl<'r> Report<'r> {
    /// Begins a report.
    pub fn begin(renderer: Renderer<'r>, out: &mut dyn Write) -> io::Result<Self> {
        let kept = match renderer.format {
            ReportFormat::Markdown => Kept::Text(Vec::new()),
            ReportFormat::Junit => Kept::Suites(junit::Suites::default()),
            ReportFormat::Sarif => Kept::Log(sarif::Results::default()),
            ReportFormat::Csv => Kept::Table(csv::Table::default()),
            _ => Kept::Nothing,
        };
        match renderer.format {
            ReportFormat::Json => json::begin(out)?,
            ReportFormat::Gitlab => gitlab::begin(out)?,
            ReportFormat::Checkstyle => checkstyle::begin(out)?,
            _ => {}
        }
        Ok(Self { renderer, totals: Totals::default(), listed: false, kept })
    }

    /// Adds what [`Renderer::piece`] says of the next file.
    pub fn add(&mut self, piece: Piece<'r>, out: &mut dyn Write) -> io::Result<()> {
        self.totals.add(piece.totals);
        match (&mut self.kept, piece.said) {
            (Kept::Nothing, Said::Text(text)) => self.write(&text, out)?,
            (Kept::Text(kept), Said::Text(text)) => kept.extend(text),
            (Kept::Suites(suites), Said::Suite(suite)) => suites.add(suite),
            (Kept::Log(log), Said::Results(results)) => log.add(results),
            (Kept::Table(table), Said::Row(row)) => table.add(row),
            _ => panic!("internal: a piece of another format was added to a report"),
        }
        Ok(())
    }

    fn write(&mut self, text: &[u8], out: &mut dyn Write) -> io::Result<()> {
        let is_list = matches!(self.renderer.format, ReportFormat::Json | ReportFormat::Gitlab);
        // The items of a list bring the comma before them along, which the first of them needs not.
        let text = if is_list && !self.listed { text.strip_prefix(b",").unwrap_or(text) } else { text };
        self.listed |= !text.is_empty();
        out.write_all(text)
    }

    /// Ends the report with the suppressions files that were used, in the order of their paths.
    pub fn end(mut self, suppressions: &[CheckedSuppressions], out: &mut dyn Write) -> io::Result<()> {
        let Renderer { rules, format, .. } = self.renderer;
        for checked in suppressions {
            self.totals.add(Totals::of(&checked.assessment));
            let text = self.renderer.suppressions(checked);
            self.write(&text, out)?;
        }
        let totals = self.totals;
        match (format, self.kept) {
            (ReportFormat::Full, _) => full::end(&totals, out),
            (ReportFormat::Concise | ReportFormat::Github, _) => Ok(()),
            (ReportFormat::Json, _) => json::end(self.listed, &totals, suppressions, rules, out),
            (ReportFormat::Jsonl, _) => jsonl::end(&totals, suppressions, rules, out),
            (ReportFormat::Gitlab, _) => gitlab::end(self.listed, out),
            (ReportFormat::Checkstyle, _) => checkstyle::end(out),
            (ReportFormat::Sarif, Kept::Log(log)) => log.end(&totals, suppressions, rules, out),
            (ReportFormat::Junit, Kept::Suites(suites)) => suites.end(suppressions, rules, out),
            (ReportFormat::Markdown, Kept::Text(files)) => markdown::end(&totals, &files, suppressions, out),
            (ReportFormat::Csv, Kept::Table(table)) => table.end(rules, out),
            _ => panic!("internal: a report has kept what another format needs"),
        }
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
