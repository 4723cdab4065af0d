//! A run: policies read and checked, and what suppressions set aside of what was found.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::thread;

use time::Date;

use super::config::{ConfigArgs, Policy, Workspace};
use super::file::{self, Limit};
use super::input::{self, InputArgs, TodayArgs};
use super::parallel::{Turn, in_order};
use super::place::{self, Looked, Search};
use super::progress::Progress;
use super::whole;
use super::{Failure, Terminal};
use crate::baseline::{Baseline, Subtracted};
use crate::check::{Assessment, Settings, check};
use crate::config::Resolved;
use crate::document::{Document, Language};
use crate::report::{CheckedFile, CheckedSuppressions};
use crate::rule::RuleSet;
use crate::source::SourceFile;
use crate::suppress::{self, Scope, Subject, SuppressionsFile};

/// How policies are to be checked.
#[derive(Debug, clap::Args)]
pub(super) struct RunArgs {
    /// The suppressions file; otherwise `clauselint.suppressions.yaml` in the policy's folder or above it, up to the root
    /// of the repository.
    #[arg(long, value_name = "FILE")]
    suppressions: Option<PathBuf>,
    #[command(flatten)]
    pub(super) config: ConfigArgs,
    #[command(flatten)]
    pub(super) today: TodayArgs,
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// How many policies to work on at once; as many as there are processors if this is not given. The report is the same
    /// for any number.
    #[arg(long, value_name = "COUNT")]
    threads: Option<NonZeroUsize>,
}

/// Whether a suppressions file that was given has to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Given {
    /// It is to be read.
    MustExist,
    /// It is to be written, and may be new.
    MayBeNew,
}

/// All that a run is about, before anything is checked: the policies, what holds for them, the suppressions.
pub(super) struct Plan<'a> {
    args: &'a RunArgs,
    pub(super) workspace: Workspace,
    /// The day that it takes for today.
    today: Date,
    looked: Looked,
    suppressions: Vec<Suppressions>,
}

/// A suppressions file that was read.
struct Suppressions {
    file: SuppressionsFile,
    path: PathBuf,
    bytes: Vec<u8>,
    /// The policies that it is for, by their places in the workspace.
    policies: Vec<usize>,
}

/// A policy that was checked.
pub(super) struct Checked {
    pub(super) file: CheckedFile,
    /// What holds for it.
    pub(super) resolved: Resolved,
    /// Why nothing could be found in it, where that is so.
    pub(super) problem: Option<String>,
}

/// What a run found.
pub(super) struct Run {
    pub(super) workspace: Workspace,
    /// The day that it took for today.
    pub(super) today: Date,
    pub(super) files: Vec<CheckedFile>,
    /// What holds for each of the files.
    pub(super) resolved: Vec<Resolved>,
    /// The files' absolute paths.
    pub(super) paths: Vec<PathBuf>,
    pub(super) suppressions: Vec<CheckedSuppressions>,
    /// The suppressions files, by the places of `suppressions`.
    pub(super) used: Vec<Used>,
    looked: Looked,
    /// What could not be checked, in sentences.
    pub(super) problems: Vec<String>,
}

/// A suppressions file as it lies on disk.
pub(super) struct Used {
    pub(super) path: PathBuf,
    pub(super) bytes: Vec<u8>,
    /// The first policy that it is for, by its place: what holds for that, holds for the file.
    pub(super) first: usize,
    /// The places of the entries that do no good any more.
    pub(super) stale: Vec<usize>,
}

impl<'a> Plan<'a> {
    /// Finds the policies that paths stand for, and reads all that holds for them.
    pub(super) fn open(
        paths: &[PathBuf],
        args: &'a RunArgs,
        given: Given,
        terminal: &Terminal,
    ) -> Result<Self, Failure> {
        let workspace = Workspace::open(paths, &args.config, terminal)?;
        if workspace.policies.iter().filter(|policy| policy.path == Path::new("-")).count() > 1 {
            let message = "standard input (`-`) is given more than once, and can be read once";
            return Err(Failure::Message(message.to_owned()));
        }
        let (today, looked) = (args.today.today(), Looked::at(paths));
        let mut plan = Self { args, workspace, today, looked, suppressions: Vec::new() };
        plan.suppressions = plan.read_suppressions(given, terminal)?;
        Ok(plan)
    }

    /// Whether what is reported of a policy depends on no other policy: no entry of a suppressions file can go with a
    /// finding from one to another.
    pub(super) fn is_file_by_file(&self) -> bool {
        self.suppressions.is_empty()
    }

    /// The files that it reads: what each is, and its path.
    pub(super) fn reads(&self) -> impl Iterator<Item = (&'static str, PathBuf)> {
        let suppressions = self.suppressions.iter().map(|file| PathBuf::from(file.file.source().name()));
        self.workspace.reads().chain(suppressions.map(|path| ("the suppressions file", path)))
    }

    /// Reads a policy and checks it. Entries of suppressions files are not applied.
    pub(super) fn check(&self, policy: &Policy) -> Result<Checked, String> {
        let rules = &self.workspace.rules;
        let resolved = self.workspace.resolved(policy);
        let file =
            check_read(self.args.input.read(&policy.path, resolved.max_file_size.value)?, &resolved, rules, self.today);
        let problem = (!file.is_read(rules)).then(|| unread(&file.source, file.document.language(), rules));
        Ok(Checked { file, resolved, problem })
    }

    /// Checks all policies, and applies the suppressions files, each to the policies that it is for.
    pub(super) fn run(self) -> Run {
        let threads = self.args.threads();
        let mut progress = Progress::new(Some(self.workspace.policies.len()));
        let mut problems = self.workspace.problems.clone();
        let mut checked: Vec<Option<Checked>> = Vec::with_capacity(self.workspace.policies.len());
        in_order(
            self.workspace.policies.iter(),
            threads,
            |policy| self.check(policy),
            |turn| {
                if let Turn::Done(result) = turn {
                    match result {
                        Ok(mut read) => {
                            problems.extend(read.problem.take());
                            checked.push(Some(read));
                        }
                        Err(problem) => {
                            problems.push(problem);
                            checked.push(None);
                        }
                    }
                }
                progress.show(checked.len());
                ControlFlow::Continue(())
            },
        );
        let Self { args, workspace, today, looked, suppressions } = self;
        let mut run = Run {
            workspace,
            today,
            files: Vec::with_capacity(checked.len()),
            resolved: Vec::with_capacity(checked.len()),
            paths: Vec::with_capacity(checked.len()),
            suppressions: Vec::new(),
            used: Vec::new(),
            looked,
            problems,
        };
        // Of the policies, those that were read, by their places among the files.
        let mut places: Vec<Option<usize>> = Vec::with_capacity(checked.len());
        for (checked, policy) in checked.into_iter().zip(&run.workspace.policies) {
            places.push(checked.as_ref().map(|_| run.files.len()));
            let Some(Checked { file, resolved, .. }) = checked else { continue };
            run.paths.push(place::absolute(args.input.place(&policy.path)));
            run.files.push(file);
            run.resolved.push(resolved);
        }
        for Suppressions { file, path, bytes, policies } in suppressions {
            let files: Vec<usize> = policies.iter().filter_map(|policy| places[*policy]).collect();
            if let Some(first) = files.first() {
                let used = Used { path, bytes, first: *first, stale: Vec::new() };
                run.apply(file, used, &files);
            }
        }
        run
    }

    /// Finds the suppressions files of the policies and reads them. Every mistake in them is drawn on standard error.
    fn read_suppressions(&self, given: Given, terminal: &Terminal) -> Result<Vec<Suppressions>, Failure> {
        let Self { args, workspace, .. } = self;
        let mut search = Search::default();
        let mut found: BTreeMap<PathBuf, Vec<usize>> = BTreeMap::new();
        let given_file = args.suppressions.as_deref().map(place::absolute);
        for (idx, policy) in workspace.policies.iter().enumerate() {
            let above = || search.above(&place::folder_of(&place::absolute(args.input.place(&policy.path))));
            if let Some(file) = given_file.clone().or_else(above) {
                found.entry(file).or_default().push(idx);
            }
        }
        let mut read = Vec::new();
        let mut problems = Vec::new();
        for (path, policies) in found {
            let Some(bytes) = read_suppressions(&path, given)? else { continue };
            let (file, mistakes) = SuppressionsFile::read(SourceFile::new(place::shown(&path), &bytes));
            problems.extend(mistakes.into_iter().map(|mistake| (read.len(), mistake)));
            read.push(Suppressions { file, path, bytes, policies });
        }
        let mistakes = problems.into_iter().map(|(idx, mistake)| (read[idx].file.source(), mistake));
        let mistakes: Vec<_> = mistakes.collect();
        match mistakes.is_empty() {
            true => Ok(read),
            false => Err(input::draw_mistakes(&mistakes, terminal)?),
        }
    }
}

impl Run {
    /// Checks the policies that paths stand for.
    pub(super) fn over(paths: &[PathBuf], args: &RunArgs, given: Given, terminal: &Terminal) -> Result<Self, Failure> {
        Ok(Plan::open(paths, args, given, terminal)?.run())
    }

    pub(super) fn rules(&self) -> &RuleSet {
        &self.workspace.rules
    }

    fn apply(&mut self, file: SuppressionsFile, mut used: Used, policies: &[usize]) {
        let folder = place::folder_of(&used.path);
        let scope = Scope {
            whole: self.looked.through(&folder) && self.problems.is_empty(),
            whereabouts: &|path| self.looked.whereabouts(path, &folder),
        };
        let files = self.files.iter_mut().zip(&self.paths).enumerate();
        // Of a policy that was not read nobody can say what it lacks.
        let meant = files.filter(|(idx, (file, _))| policies.contains(idx) && file.is_read(&self.workspace.rules));
        let mut subjects: Vec<Subject<'_>> = meant
            .map(|(_, (file, path))| Subject {
                path: place::relative(path, &folder),
                settings: &file.settings,
                assessment: &mut file.assessment,
            })
            .collect();
        let accounts = suppress::by_entries(&file, &mut subjects, &scope, &self.workspace.rules);
        used.stale = accounts.iter().filter_map(|account| account.stale).collect();
        let mut assessment = Assessment { disclosures: Vec::new(), findings: Vec::new(), set_aside: Vec::new() };
        assessment.add(accounts.into_iter().map(|account| account.finding).collect());
        self.suppressions.push(CheckedSuppressions { file, assessment });
        self.used.push(used);
    }

    /// Sets aside what a baseline holds, whose paths start from a folder.
    pub(super) fn subtract(&mut self, baseline: &Baseline, folder: &Path) -> Subtracted {
        let Self { files, suppressions, paths, used, workspace, looked, .. } = self;
        let mut subjects = subjects(files, suppressions, paths, used, folder);
        baseline.subtract(&mut subjects, &workspace.rules, &|path| looked.whereabouts(path, folder))
    }

    /// The baseline of what counts, with paths from a folder.
    pub(super) fn baseline(&mut self, folder: &Path) -> Baseline {
        let Self { files, suppressions, paths, used, workspace, .. } = self;
        Baseline::of(&subjects(files, suppressions, paths, used, folder), &workspace.rules)
    }
}

/// Checks a policy that was read by what holds for it. Entries of suppressions files are not applied.
pub(super) fn check_read(
    (source, document): (SourceFile, Document),
    resolved: &Resolved,
    rules: &RuleSet,
    today: Date,
) -> CheckedFile {
    let document = match resolved.language.value {
        Some(language) => document.with_language(language),
        None => document,
    };
    let settings = resolved.settings(rules, today);
    let mut assessment = check(&source, &document, rules, &settings);
    suppress::by_comments(&document, &mut assessment, rules, &settings);
    CheckedFile { source, document, settings, assessment }
}

/// Says that a policy could not be read, because of its language.
pub(super) fn unread(source: &SourceFile, language: Language, rules: &RuleSet) -> String {
    let names: Vec<&str> = rules.reads().filter_map(Language::with_code).map(Language::name).collect();
    let read = names.join(" and ");
    format!("`{}` is written in {}; the rules read {read}, so it was not checked", source.name(), language.name())
}

/// All that has findings, by the paths from a folder.
fn subjects<'r>(
    files: &'r mut [CheckedFile],
    suppressions: &'r mut [CheckedSuppressions],
    paths: &[PathBuf],
    used: &[Used],
    folder: &Path,
) -> Vec<Subject<'r>> {
    let mut of_files: Vec<(&'r Settings, &'r mut Assessment)> =
        files.iter_mut().map(|file| (&file.settings, &mut file.assessment)).collect();
    let settings: Vec<&'r Settings> = of_files.iter().map(|(settings, _)| *settings).collect();
    let of_suppressions = suppressions.iter_mut().zip(used);
    of_files.extend(of_suppressions.map(|(checked, used)| (settings[used.first], &mut checked.assessment)));
    let paths = paths.iter().chain(used.iter().map(|used| &used.path));
    let subject = |((settings, assessment), path): ((&'r Settings, &'r mut Assessment), &PathBuf)| Subject {
        path: place::relative(path, folder),
        settings,
        assessment,
    };
    of_files.into_iter().zip(paths).map(subject).collect()
}

impl RunArgs {
    /// How many policies to work on at once.
    pub(super) fn threads(&self) -> NonZeroUsize {
        let available = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        self.threads.unwrap_or_else(available)
    }

    /// Where the suppressions of a policy go, told by its absolute path: where they are, else into the current folder if
    /// the policy is below it, else beside the policy.
    pub(super) fn suppressions_for(&self, policy: &Path) -> PathBuf {
        if let Some(given) = &self.suppressions {
            return place::absolute(given);
        }
        let folder = place::folder_of(policy);
        let here = place::absolute(Path::new("."));
        let new = || if folder.starts_with(&here) { &here } else { &folder }.join(place::SUPPRESSIONS);
        Search::default().above(&folder).unwrap_or_else(new)
    }
}

/// Puts bytes in the place of a file of the user's, whole or not at all.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    // A link stays one: what it leads to is replaced.
    whole::replace(&place::absolute(path), bytes)
        .map_err(|error| Failure::Message(format!("can't write `{}`: {}", path.display(), whole::reason(&error))))
}

/// The bytes of a suppressions file, where it is there.
fn read_suppressions(path: &Path, given: Given) -> Result<Option<Vec<u8>>, Failure> {
    match file::read(path, Limit::SUPPRESSIONS) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if given == Given::MayBeNew && error.is_missing() => Ok(None),
        Err(error) => {
            let name = place::shown(path);
            Err(Failure::Message(format!("can't read the suppressions in `{name}`: {error}")))
        }
    }
}
