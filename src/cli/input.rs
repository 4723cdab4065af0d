//! Input: policies and rule files from the disk and from standard input.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use time::{Date, OffsetDateTime};
use walkdir::WalkDir;

use super::file::{self, Limit, reason};
use super::{Failure, Terminal};
use crate::config::Size;
use crate::diagnostic::Diagnostic;
use crate::document::{Document, Format};
use crate::report;
use crate::report::markdown::OPENING;
use crate::rule::{Examples, Layer, Profile, Role, RuleSet, RuleSource, builtin_sources, compile, language_of};
use crate::source::{SourceFile, foreign_format};
use crate::suppress;

/// The format to read policies in, where neither the name nor a look at the text is to decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum InputFormat {
    Markdown,
    Html,
    Plain,
}

impl From<InputFormat> for Format {
    fn from(format: InputFormat) -> Self {
        match format {
            InputFormat::Markdown => Self::Markdown,
            InputFormat::Html => Self::Html,
            InputFormat::Plain => Self::Plain,
        }
    }
}

/// How policies are to be read.
#[derive(Debug, clap::Args)]
pub(super) struct InputArgs {
    /// Read policies in this format, whatever their names and looks.
    #[arg(long, value_name = "FORMAT")]
    input_format: Option<InputFormat>,
    /// The name that standard input (`-`) goes by: its extension tells the format, and reports show it.
    #[arg(long, value_name = "NAME", default_value = "-")]
    stdin_filename: String,
}

/// The day that a run takes for today.
#[derive(Debug, clap::Args)]
pub(super) struct TodayArgs {
    /// The day to reckon from (YYYY-MM-DD), where the same input is to give the same report on every day; otherwise the
    /// clock's, in UTC.
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    today: Option<Date>,
}

impl TodayArgs {
    pub(super) fn today(&self) -> Date {
        self.today.unwrap_or_else(|| OffsetDateTime::now_utc().date())
    }
}

pub(super) fn parse_date(text: &str) -> Result<Date, String> {
    suppress::day(text).ok_or_else(|| "expected a day of the calendar, as in `2026-01-31`".to_owned())
}

/// What is said of the organisation whose policies are checked.
#[derive(Debug, clap::Args)]
pub(super) struct ProfileArgs {
    /// A fact about the organisation, which decides what is asked of it; several values are separated by commas. May be
    /// given more than once; `clauselint rules --profile` lists the facts.
    #[arg(long, value_name = "FACT=VALUE", value_parser = Assignment::parse)]
    profile: Vec<Assignment>,
}

/// A fact and its values, as typed.
#[derive(Clone, Debug)]
struct Assignment {
    fact: String,
    values: Vec<String>,
}

impl Assignment {
    fn parse(text: &str) -> Result<Self, String> {
        let (fact, values) = text.split_once('=').ok_or("expected FACT=VALUE, as in `audiences=eu,california`")?;
        let values = values.split(',').map(|value| value.trim().to_owned()).collect();
        Ok(Self { fact: fact.trim().to_owned(), values })
    }
}

impl ProfileArgs {
    /// The profile, every mistake in it told at once.
    pub(super) fn profile(&self, rules: &RuleSet) -> Result<Profile, Failure> {
        let mut profile = Profile::default();
        let mut mistakes = Vec::new();
        for Assignment { fact, values } in &self.profile {
            let stated = values.iter().map(|value| profile.state(fact, value, rules.facts()));
            mistakes.extend(stated.filter_map(Result::err).map(|error| error.to_string()));
        }
        mistakes.dedup();
        match mistakes.is_empty() {
            true => Ok(profile),
            false => Err(Failure::Message(mistakes.join("\nerror: "))),
        }
    }
}

/// The extensions of the files that are read where a folder is given.
pub(super) const EXTENSIONS: [&str; 8] = ["md", "markdown", "mdown", "mkd", "html", "htm", "xhtml", "txt"];

/// What to do with a policy that is no text.
pub(super) const AS_TEXT: &str = "save the policy as Markdown, HTML or plain text, in UTF-8";

impl InputArgs {
    /// The path that a policy goes by: that of its file, or the name of standard input.
    pub(super) fn place<'p>(&'p self, path: &'p Path) -> &'p Path {
        if path == Path::new("-") { Path::new(&self.stdin_filename) } else { path }
    }

    /// Reads one file, or standard input for `-`, of at most a size.
    pub(super) fn read(&self, path: &Path, most: Size) -> Result<(SourceFile, Document), String> {
        let limit = Limit::of_policies(most);
        let (name, bytes) = if path == Path::new("-") {
            let bytes = file::read_stream(io::stdin().lock(), limit);
            (self.stdin_filename.clone(), bytes.map_err(|error| format!("can't read standard input: {error}"))?)
        } else {
            let name = path.to_string_lossy().into_owned();
            let bytes = file::read(path, limit).map_err(|error| format!("can't read `{name}`: {error}"))?;
            (name, bytes)
        };
        self.parse(name, &bytes)
    }

    /// Reads what a file of this name holds.
    pub(super) fn parse(&self, name: String, bytes: &[u8]) -> Result<(SourceFile, Document), String> {
        match foreign_format(bytes) {
            None => Ok(self.parse_as(None, name, bytes)),
            Some(format) => Err(format!("`{name}` is no text: it is {format}; {AS_TEXT}")),
        }
    }

    /// Reads the text that a file of this name holds, in a format that outweighs the one that was typed.
    pub(super) fn parse_as(&self, format: Option<Format>, name: String, bytes: &[u8]) -> (SourceFile, Document) {
        let source = SourceFile::new(name, bytes);
        let typed = || self.input_format.map(Format::from);
        let format = format.or_else(typed).unwrap_or_else(|| Format::of(&source));
        let document = Document::parse(&source, format);
        (source, document)
    }
}

/// Whether a path ends in one of the extensions.
pub(super) fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
    extension.is_some_and(|extension| extensions.contains(&extension.as_str()))
}

/// Whether a file is a report of an earlier run, of the format that policies are written in, too.
pub(super) fn is_report(path: &Path) -> bool {
    let mut start = [0; OPENING.len()];
    has_extension(path, &EXTENSIONS)
        && File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok()
        && start == *OPENING.as_bytes()
}

/// The built-in rules with those of the given folders added, which replace built-in ones of the same id. Every mistake
/// in the folders is drawn on standard error.
pub(super) fn load_rules(folders: &[PathBuf], examples: Examples, terminal: &Terminal) -> Result<RuleSet, Failure> {
    let mut sources = builtin_sources(examples);
    for folder in folders {
        sources.extend(read_rule_folder(folder).map_err(Failure::Message)?);
    }
    let (rules, problems) = compile(sources, examples);
    if problems.is_empty() {
        return Ok(rules);
    }
    let mistakes = problems.into_iter().map(|problem| (&rules.sources()[problem.file].source, problem.diagnostic));
    Err(draw_mistakes(&mistakes.collect::<Vec<_>>(), terminal)?)
}

/// So many mistakes are drawn; nobody reads on.
const MOST_DRAWN: usize = 100;

/// Draws the mistakes that users made in rules, configuration and suppressions on standard error, each on its file.
pub(super) fn draw_mistakes(mistakes: &[(&SourceFile, Diagnostic)], terminal: &Terminal) -> io::Result<Failure> {
    let mut out = io::stderr().lock();
    for (source, diagnostic) in mistakes.iter().take(MOST_DRAWN) {
        report::draw(diagnostic, source, terminal.error_style, &mut out)?;
        writeln!(out)?;
    }
    if mistakes.len() > MOST_DRAWN {
        writeln!(out, "note: {} more mistakes are not drawn; mend these first", mistakes.len() - MOST_DRAWN)?;
    }
    drop(out);
    let place = |(_, diagnostic): &(&SourceFile, Diagnostic)| match diagnostic.code.split('/').next() {
        Some("config") => "configuration",
        Some("suppressions") => "suppressions",
        _ => "rules",
    };
    let told = ["configuration", "suppressions", "rules"].into_iter().filter_map(|name| {
        match mistakes.iter().filter(|mistake| place(mistake) == name).count() {
            0 => None,
            1 => Some(format!("1 mistake in the {name}")),
            count => Some(format!("{count} mistakes in the {name}")),
        }
    });
    terminal.complain(&format!("{}; no policy was checked", told.collect::<Vec<_>>().join(", ")));
    Ok(Failure::Shown)
}

/// The most files of one rule folder, and how large they are together, in bytes. All are held in memory, and rules are
/// asked of every policy.
const MOST_RULE_FILES: usize = 5000;
const LARGEST_RULES: usize = 64 << 20;

/// The rule and vocabulary files of a folder, in the order of their names; a single file will do, too.
pub(super) fn read_rule_folder(folder: &Path) -> Result<Vec<RuleSource>, String> {
    let mut sources = Vec::new();
    let mut size = 0;
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.map_err(|error| match error.io_error() {
            Some(io) => format!("can't read the rules in `{}`: {}", folder.display(), reason(io)),
            None => format!("can't read the rules in `{}`: {error}", folder.display()),
        })?;
        let is_other = entry.file_type().is_dir() || entry.path_is_symlink();
        if is_other || !has_extension(entry.path(), &["yaml", "yml"]) {
            continue;
        }
        let name = entry.path().to_string_lossy().into_owned();
        let bytes = file::read(entry.path(), Limit::RULES).map_err(|error| format!("can't read `{name}`: {error}"))?;
        size += bytes.len();
        if sources.len() == MOST_RULE_FILES || size > LARGEST_RULES {
            return Err(format!(
                "`{}` holds more than {MOST_RULE_FILES} rule files, or more than {}, which is the most that a folder may \
                 hold; name one of the folders in it",
                folder.display(),
                Size(LARGEST_RULES as u64)
            ));
        }
        let role = Role::of(&name);
        let inner = entry.path().strip_prefix(folder).unwrap_or(entry.path()).to_string_lossy();
        let language = language_of(&inner);
        let source = SourceFile::new(name, &bytes);
        sources.push(RuleSource { role, source, layer: Layer::User, language, compact: None });
    }
    if sources.is_empty() {
        return Err(format!("`{}` holds no rules: expected files ending in .yaml", folder.display()));
    }
    Ok(sources)
}
