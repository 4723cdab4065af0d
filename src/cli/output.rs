//! Where reports go: to standard output, and with `--output` to files.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::builder::{EnumValueParser, PossibleValue, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Command, ValueEnum};

use super::whole::{NewFile, Waiting, reason};
use super::{Failure, Terminal, file, place};
use crate::report::{CheckedSuppressions, Colour, Piece, Renderer, Report, ReportFormat, Style};
use crate::rule::RuleSet;

/// How wide text for people is in a file, where there is no terminal to fit it to.
const WIDTH: usize = 100;

impl ValueEnum for ReportFormat {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Self::Full => "Findings drawn on their source, a table of the disclosures, and the counts",
            Self::Concise => "A line a finding",
            Self::Json => "One JSON object",
            Self::Jsonl => "A line of JSON a file, and a last one with the counts",
            Self::Sarif => "SARIF 2.1.0, for code scanning",
            Self::Github => "Annotations of GitHub Actions",
            Self::Gitlab => "A GitLab Code Quality report",
            Self::Junit => "JUnit XML: a suite a file, a test case a rule",
            Self::Checkstyle => "Checkstyle XML",
            Self::Markdown => "Tables for a comment on a pull request",
            Self::Csv => "A row a file, a column a disclosure",
        };
        Some(PossibleValue::new(self.name()).help(help))
    }
}

/// One more report than the one on standard output.
#[derive(Clone, Debug)]
pub(super) struct Output {
    pub(super) format: ReportFormat,
    pub(super) target: Target,
}

/// Where a report goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    StandardOutput,
    File(PathBuf),
}

/// A report on its way to where it goes.
pub(super) struct Delivery<'r> {
    target: Target,
    state: State<'r>,
}

enum State<'r> {
    Open(Box<Report<'r>>, Sink),
    /// The reader of standard output has seen enough.
    Closed,
    /// It can't be written: why, in a sentence for the user.
    Failed(String),
}

enum Sink {
    StandardOutput(io::BufWriter<io::Stdout>),
    /// A file, which appears when it is whole.
    File(NewFile),
    /// Standard output after the report that is being written to it, or a device or a pipe, which may be the same.
    Later(Waiting),
}

impl Output {
    /// How to report to there.
    pub(super) fn renderer<'r>(&self, rules: &'r RuleSet, terminal: &Terminal) -> Renderer<'r> {
        let style = match self.target {
            Target::StandardOutput => terminal.style,
            Target::File(_) => Style { colour: Colour::Off, width: WIDTH },
        };
        Renderer { format: self.format, rules, style }
    }
}

impl<'r> Delivery<'r> {
    /// Begins a report. `standard_output` is for whoever takes it first.
    pub(super) fn begin(target: Target, renderer: Renderer<'r>, standard_output: &mut Option<io::Stdout>) -> Self {
        let sink = match &target {
            Target::StandardOutput => Ok(match standard_output.take() {
                Some(stdout) => Sink::StandardOutput(io::BufWriter::with_capacity(1 << 16, stdout)),
                None => Sink::Later(Waiting::new()),
            }),
            Target::File(path) => sink(path),
        };
        let begun = sink.and_then(|mut sink| Ok((Report::begin(renderer, &mut sink)?, sink)));
        let state = match begun {
            Ok((report, sink)) => State::Open(Box::new(report), sink),
            Err(error) => target.failed(&error),
        };
        Self { target, state }
    }

    /// Writes what the report says of the next file.
    pub(super) fn add(&mut self, piece: Piece<'r>) {
        let State::Open(report, sink) = &mut self.state else { return };
        let written = report.add(piece, sink).and_then(|()| match sink {
            // Whoever reads there may wait for it.
            Sink::StandardOutput(out) => out.flush(),
            Sink::File(_) | Sink::Later(_) => Ok(()),
        });
        if let Err(error) = written {
            self.state = self.target.failed(&error);
        }
    }

    /// Whether there is no use in going on.
    pub(super) fn is_over(&self) -> bool {
        matches!(self.state, State::Closed | State::Failed(_))
    }

    /// Ends the report; what went wrong comes back as a sentence for the user.
    pub(super) fn end(self, suppressions: &[CheckedSuppressions]) -> Result<(), String> {
        let Self { target, mut state } = self;
        if let State::Open(report, mut sink) = state {
            let written = report.end(suppressions, &mut sink).and_then(|()| match (sink, &target) {
                (Sink::StandardOutput(mut out), _) => out.flush(),
                (Sink::File(file), _) => file.put(),
                (Sink::Later(text), Target::StandardOutput) => text.copy_to(&mut io::stdout()),
                (Sink::Later(text), Target::File(path)) => text.copy_to_device(path),
            });
            state = written.map_or_else(|error| target.failed(&error), |()| State::Closed);
        }
        match state {
            State::Failed(problem) => Err(problem),
            State::Open(..) | State::Closed => Ok(()),
        }
    }
}

impl Target {
    /// What an error makes of a report. A reader that closed the pipe has seen enough: that is no failure.
    fn failed<'r>(&self, error: &io::Error) -> State<'r> {
        match self {
            Self::StandardOutput if error.kind() == io::ErrorKind::BrokenPipe => State::Closed,
            Self::StandardOutput => State::Failed(format!("can't write the output: {error}")),
            Self::File(path) => State::Failed(format!("can't write `{}`: {}", path.display(), reason(error))),
        }
    }
}

/// Refuses reports that would take the place of a file that the run reads, or of each other. What is read is told by what
/// it is and its path.
pub(super) fn refuse_clashes(
    outputs: &[Output],
    read: impl Iterator<Item = (&'static str, PathBuf)>,
) -> Result<(), Failure> {
    // What is written to a device or a pipe takes no place there.
    let is_replaced = |path: &Path| fs::metadata(path).is_err() || path.is_file();
    let mut written: BTreeMap<PathBuf, String> = BTreeMap::new();
    for Output { format, target } in outputs {
        let Target::File(path) = target else { continue };
        if !is_replaced(path) {
            continue;
        }
        let typed = format!("--output {}={}", format.name(), path.display());
        if let Some(other) = written.insert(place::absolute(path), typed.clone()) {
            let message = format!("`{other}` and `{typed}` name the same file; name another for one of them");
            return Err(Failure::Message(message));
        }
    }
    if written.is_empty() {
        return Ok(());
    }
    for (what, path) in read {
        if let Some(typed) = written.get(&place::absolute(&path)) {
            let message =
                format!("`{typed}` would replace {what} `{}`, which this run reads; name another file", path.display());
            return Err(Failure::Message(message));
        }
    }
    Ok(())
}

fn sink(path: &Path) -> io::Result<Sink> {
    // A link stays a link: what it leads to is replaced.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    match fs::metadata(&path) {
        Ok(metadata) if metadata.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Err(_) if file::leads_nowhere(&path) => Err(io::Error::other(file::LEADS_NOWHERE)),
        Ok(metadata) if !metadata.is_file() => Ok(Sink::Later(Waiting::new())),
        Ok(_) | Err(_) => NewFile::beside(&path).map(Sink::File),
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::StandardOutput(out) => out.write(bytes),
            Self::File(file) => file.write(bytes),
            Self::Later(text) => text.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::StandardOutput(out) => out.flush(),
            Self::File(file) => file.flush(),
            Self::Later(text) => text.flush(),
        }
    }
}

/// Reads `FORMAT=FILE`; the format's mistakes are told as those of `--format` are.
#[derive(Clone, Debug)]
pub(super) struct OutputParser;

impl TypedValueParser for OutputParser {
    type Value = Output;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<Output, clap::Error> {
        let Some(text) = value.to_str() else {
            return Err(clap::Error::new(ErrorKind::InvalidUtf8).with_cmd(command));
        };
        let (format, file) = text.split_once('=').unwrap_or((text, ""));
        let format = EnumValueParser::<ReportFormat>::new().parse_ref(command, arg, OsStr::new(format))?;
        let target = match file {
            "" => {
                let name = format.name();
                let message =
                    format!("`{text}` names no file: expected {name}=FILE, or {name}=- for standard output\n");
                return Err(clap::Error::raw(ErrorKind::ValueValidation, message).with_cmd(command));
            }
            "-" => Target::StandardOutput,
            path => Target::File(PathBuf::from(path)),
        };
        Ok(Output { format, target })
    }
}
