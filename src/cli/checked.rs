//! A run: policies read and checked, and what suppressions set aside of what was found.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use time::Date;

use super::config::{ConfigArgs, Workspace};
use super::file::{self, Limit};
use super::input::{self, InputArgs, TodayArgs};
use super::place::{self, Looked, Search};
use super::{Failure, Terminal};
use crate::baseline::{Baseline, Subtracted};
use crate::check::{Assessment, Settings, check};
use crate::config::Resolved;
use crate::document::{Document, Language};
use crate::report::{CheckedFile, CheckedSuppressions, Report};
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
}

/// Whether a suppressions file that was given has to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Given {
    /// It is to be read.
    MustExist,
    /// It is to be written, and may be new.
    MayBeNew,
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

impl Run {
    /// Checks the policies that paths stand for.
    pub(super) fn over(paths: &[PathBuf], args: &RunArgs, given: Given, terminal: &Terminal) -> Result<Self, Failure> {
        let workspace = Workspace::open(paths, &args.config, terminal)?;
        let mut run = Self {
            today: args.today.today(),
            files: Vec::with_capacity(workspace.policies.len()),
            resolved: Vec::new(),
            paths: Vec::new(),
            suppressions: Vec::new(),
            used: Vec::new(),
            looked: Looked::at(paths),
            problems: workspace.problems.clone(),
            workspace,
        };
        run.check(args);
        run.suppress(args, given, terminal)?;
        Ok(run)
    }

    pub(super) fn rules(&self) -> &RuleSet {
        &self.workspace.rules
    }

    fn check(&mut self, args: &RunArgs) {
        let Workspace { rules, policies, .. } = &self.workspace;
        for policy in policies {
            let resolved = self.workspace.resolved(policy);
            let (source, document) = match args.input.read(&policy.path, resolved.max_file_size.value) {
                Ok(read) => read,
                Err(problem) => {
                    self.problems.push(problem);
                    continue;
                }
            };
            let document = match resolved.language.value {
                Some(language) => document.with_language(language),
                None => document,
            };
            if !can_read(rules, &document) {
                self.problems.push(unread(&source, document.language(), rules));
            }
            let settings = resolved.settings(rules, self.today);
            let mut assessment = check(&source, &document, rules, &settings);
            suppress::by_comments(&document, &mut assessment, rules, &settings);
            self.paths.push(place::absolute(args.input.place(&policy.path)));
            self.files.push(CheckedFile { source, document, settings, assessment });
            self.resolved.push(resolved);
        }
    }

    /// Applies the suppressions files, each to the policies that it is for.
    fn suppress(&mut self, args: &RunArgs, given: Given, terminal: &Terminal) -> Result<(), Failure> {
        let mut search = Search::default();
        let mut policies: BTreeMap<PathBuf, Vec<usize>> = BTreeMap::new();
        for (idx, path) in self.paths.iter().enumerate() {
            let file = match &args.suppressions {
                Some(given) => Some(place::absolute(given)),
                None => search.above(&place::folder_of(path)),
            };
            if let Some(file) = file {
                policies.entry(file).or_default().push(idx);
            }
        }
        let mut read = Vec::new();
        for (path, policies) in policies {
            let Some(bytes) = read_suppressions(&path, given)? else { continue };
            let (file, problems) = SuppressionsFile::read(SourceFile::new(place::shown(&path), &bytes));
            let used = Used { path, bytes, first: policies[0], stale: Vec::new() };
            read.push((file, problems, used, policies));
        }
        let mistakes = read
            .iter()
            .flat_map(|(file, problems, ..)| problems.iter().map(|problem| (file.source(), problem.clone())));
        let mistakes: Vec<_> = mistakes.collect();
        if !mistakes.is_empty() {
            return Err(input::draw_mistakes(&mistakes, terminal)?);
        }
        for (file, _, used, policies) in read {
            self.apply(file, used, &policies);
        }
        Ok(())
    }

    fn apply(&mut self, file: SuppressionsFile, mut used: Used, policies: &[usize]) {
        let folder = place::folder_of(&used.path);
        let scope = Scope {
            whole: self.looked.through(&folder) && self.problems.is_empty(),
            whereabouts: &|path| self.looked.whereabouts(path, &folder),
        };
        let files = self.files.iter_mut().zip(&self.paths).enumerate();
        // Of a policy that was not read nobody can say what it lacks.
        let meant =
            files.filter(|(idx, (file, _))| policies.contains(idx) && can_read(&self.workspace.rules, &file.document));
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

    pub(super) fn report(&self) -> Report<'_> {
        Report { files: &self.files, suppressions: &self.suppressions, rules: self.rules() }
    }
}

/// Says that a policy could not be read, because of its language.
pub(super) fn unread(source: &SourceFile, language: Language, rules: &RuleSet) -> String {
    let names: Vec<&str> = rules.reads().filter_map(Language::with_code).map(Language::name).collect();
    let read = names.join(" and ");
    format!("`{}` is written in {}; the rules read {read}, so it was not checked", source.name(), language.name())
}

fn can_read(rules: &RuleSet, document: &Document) -> bool {
    rules.in_language(document.language().code()).is_some()
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
    input::write_whole(&place::absolute(path), bytes)
        .map_err(|error| Failure::Message(format!("can't write `{}`: {error}", path.display())))
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
