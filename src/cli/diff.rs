//! `clauselint diff`: two versions of a policy in, what changed between them out.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use time::Date;

use super::checked;
use super::config::{ConfigArgs, Workspace};
use super::git::History;
use super::input::{EXTENSIONS, InputArgs, TodayArgs, has_extension};
use super::{Exit, Failure, Terminal};
use crate::check::{Settings, Sought, check as assess};
use crate::config::Resolved;
use crate::diff::{Effect, Version, all_new, diff};
use crate::document::Document;
use crate::report::{self, CheckedFile, Compared, DiffFormat, DiffReport};
use crate::rule::RuleSet;
use crate::source::SourceFile;

/// What was typed after `diff`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The exit code is 1 if something was lost or weakened, or if an error came (`--fail-on` sets another \
    threshold); what says something else, like another retention period, is shown and does not fail.\n\n\
    Examples:\n  \
    clauselint diff old.md new.md\n  \
    clauselint diff --format markdown old.html new.md\n  \
    git show HEAD~1:privacy.md | clauselint diff - privacy.md"
)]
pub(super) struct Args {
    /// The version before the edit, or `-` for standard input.
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The version after it, or `-` for standard input.
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// How to report.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: FormatName,
    #[command(flatten)]
    config: ConfigArgs,
    #[command(flatten)]
    today: TodayArgs,
    #[command(flatten)]
    input: InputArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FormatName {
    /// What changed, with the old and the new words and their places.
    Text,
    /// One JSON object.
    Json,
    /// For a comment on a proposed edit.
    Markdown,
}

impl From<FormatName> for DiffFormat {
    fn from(name: FormatName) -> Self {
        match name {
            FormatName::Text => Self::Text,
            FormatName::Json => Self::Json,
            FormatName::Markdown => Self::Markdown,
        }
    }
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    if [&args.old, &args.new].iter().all(|path| *path == Path::new("-")) {
        return Err(Failure::Message("standard input can be one of the two versions, not both".to_owned()));
    }
    // Both versions are checked by what holds for the new one.
    let workspace = Workspace::open(std::slice::from_ref(&args.new), &args.config, terminal)?;
    let [policy] = workspace.policies.as_slice() else {
        return Err(Failure::Message(format!("`{}` is a folder; `diff` compares two files", args.new.display())));
    };
    let comparer =
        Comparer { rules: &workspace.rules, resolved: workspace.resolved(policy), today: args.today.today() };
    let mut problems = Vec::new();
    let most = comparer.resolved.max_file_size.value;
    let mut read = |path: &Path| args.input.read(path, most).map_err(|problem| problems.push(problem)).ok();
    let files = match (read(&args.old), read(&args.new)) {
        (Some(old), Some(new)) => comparer.compare(Some(old), new, &mut problems),
        _ => None,
    };
    show(args.format.into(), files.as_slice(), &workspace.rules, &problems, terminal)
}

/// Policies as they are held against what they were at a revision: what the edits since then made worse.
pub(super) fn run_since(
    revision: &str,
    paths: &[PathBuf],
    workspace: &Workspace,
    format: DiffFormat,
    input: &InputArgs,
    today: Date,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let mut problems = workspace.problems.clone();
    let mut history = History::since(revision);
    let mut files = Vec::new();
    for policy in &workspace.policies {
        if policy.path == Path::new("-") {
            problems.push("standard input has no history: name the file that `--since` is to look up".to_owned());
            continue;
        }
        let resolved = workspace.resolved(policy);
        let most = resolved.max_file_size.value;
        let versions = input.read(&policy.path, most).and_then(|new| {
            let old = history.version(&policy.path, most)?;
            Ok((old.map(|old| input.parse(old.name, &old.bytes)).transpose()?, new))
        });
        match versions {
            Ok((old, new)) => {
                let comparer = Comparer { rules: &workspace.rules, resolved, today };
                files.extend(comparer.compare(old, new, &mut problems));
            }
            // What is wrong with the repository or the revision is so for every file.
            Err(problem) if problems.contains(&problem) => {}
            Err(problem) => problems.push(problem),
        }
    }
    let mut gone = Vec::new();
    for folder in paths.iter().filter(|path| path.is_dir()) {
        match history.gone(folder) {
            Ok(paths) => gone.extend(paths.into_iter().filter(|path| has_extension(path, &EXTENSIONS))),
            Err(problem) if problems.contains(&problem) => {}
            Err(problem) => problems.push(problem),
        }
    }
    if !gone.is_empty() {
        // Whether that is for the worse nobody can say who reads files.
        let names: Vec<String> = gone.iter().map(|path| shown(path)).take(TOLD).collect();
        let more = gone.len().saturating_sub(TOLD);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        terminal
            .note(&format!("gone since `{revision}`, so that nothing could be compared: {}{more}", names.join(", ")));
    }
    for file in &mut files {
        file.changes.retain(|change| change.kind.effect() == Effect::Worse);
    }
    show(format, &files, &workspace.rules, &problems, terminal)
}

/// How many policies that are gone are told one by one.
const TOLD: usize = 10;

fn shown(path: &Path) -> String {
    format!("`{}`", path.strip_prefix(".").unwrap_or(path).display())
}

/// Compares versions of one policy by what holds for it.
struct Comparer<'w> {
    rules: &'w RuleSet,
    resolved: Resolved,
    today: Date,
}

impl Comparer<'_> {
    /// Checks both versions and compares them; nothing if one is in a language that the rules can't read.
    fn compare(
        &self,
        old: Option<(SourceFile, Document)>,
        new: (SourceFile, Document),
        problems: &mut Vec<String>,
    ) -> Option<Compared> {
        let (old, new) = (old.map(|old| self.check(old)), self.check(new));
        for file in old.iter().chain([&new]) {
            if self.rules.in_language(file.document.language().code()).is_none() {
                problems.push(checked::unread(&file.source, file.document.language(), self.rules));
                return None;
            }
        }
        let changes = match &old {
            Some(old) => diff(version(old), version(&new), self.rules),
            None => all_new(version(&new)),
        };
        Some(Compared { old, new, changes, fail_on: self.resolved.fail_on.value })
    }

    fn check(&self, (source, document): (SourceFile, Document)) -> CheckedFile {
        let document = match self.resolved.language.value {
            Some(language) => document.with_language(language),
            None => document,
        };
        let settings = Settings { sought: Sought::All, ..self.resolved.settings(self.rules, self.today) };
        let assessment = assess(&source, &document, self.rules, &settings);
        CheckedFile { source, document, settings, assessment }
    }
}

fn version(file: &CheckedFile) -> Version<'_> {
    Version { source: &file.source, document: &file.document, assessment: &file.assessment }
}

fn show(
    format: DiffFormat,
    files: &[Compared],
    rules: &RuleSet,
    problems: &[String],
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let report = DiffReport { files, rules };
    // Where nothing could be read there is nothing to report, but a program that reads JSON still gets an object.
    if !files.is_empty() || format == DiffFormat::Json {
        terminal.write(|out| report::write_diff(format, &report, terminal.style, out))?;
    }
    problems.iter().for_each(|problem| terminal.complain(problem));
    Ok(match report.fails() {
        _ if !problems.is_empty() => Exit::Failed,
        true => Exit::Findings,
        false => Exit::Clean,
    })
}
