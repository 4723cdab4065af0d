//! Where reports go: to standard output, and with `--output` to files.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::builder::{EnumValueParser, PossibleValue, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Command, ValueEnum};

use super::Terminal;
use super::input::write_whole;
use crate::report::{self, Colour, Report, ReportFormat, Style};

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

impl Output {
    /// Writes the report; what went wrong comes back as a sentence for the user.
    pub(super) fn write(&self, report: &Report<'_>, terminal: &Terminal) -> Result<(), String> {
        match &self.target {
            Target::StandardOutput => terminal
                .write(|out| report::write(self.format, report, terminal.style, out))
                .map_err(|error| format!("can't write the output: {error}")),
            Target::File(path) => write_file(path, self.format, report)
                .map_err(|error| format!("can't write `{}`: {}", path.display(), reason(&error))),
        }
    }
}

/// Writes a report whole or not at all, so that the old one stays where a new one can't be written.
fn write_file(path: &Path, format: ReportFormat, report: &Report<'_>) -> io::Result<()> {
    let mut content = Vec::new();
    report::write(format, report, Style { colour: Colour::Off, width: WIDTH }, &mut content)?;
    // A link stays a link: what it leads to is replaced.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    match fs::metadata(&path) {
        Ok(metadata) if metadata.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        // A pipe or a device takes what is written, and must not be replaced.
        Ok(metadata) if !metadata.is_file() => fs::OpenOptions::new().write(true).open(&path)?.write_all(&content),
        Ok(_) | Err(_) => write_whole(&path, &content),
    }
}

/// An error of the system in words, without its number and the name of the temporary file.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such folder".to_owned(),
        io::ErrorKind::PermissionDenied => "it may not be written".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        _ => error.to_string(),
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
