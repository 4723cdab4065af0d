//! `clauselint suppress`: findings set aside for a reason, in the suppressions file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use time::Date;

use super::checked::{Given, Run, RunArgs, replace};
use super::file::{self, Limit};
use super::lock::Lock;
use super::{Exit, Failure, Terminal, input, place};
use crate::check::{Because, Finding, SetAside};
use crate::report::printable;
use crate::source::SourceFile;
use crate::suppress::{NewEntry, SuppressionsFile};

/// What was typed after `suppress`.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "clauselint suppress FINGERPRINT --reason TEXT [OPTIONS] [PATH]...\n       \
                      clauselint suppress --list [OPTIONS] [PATH]...\n       \
                      clauselint suppress --prune [OPTIONS] [PATH]...",
    after_help = "Examples:\n  \
    clauselint suppress --list policies/\n  \
    clauselint suppress 0123456789abcdef --reason 'no duty to have one' --who 'Legal' policies/\n  \
    clauselint suppress --prune"
)]
pub(super) struct Args {
    /// The finding's fingerprint, then policies and folders of policies to look for it in; the current folder if there are
    /// none. `--list` and `--prune` take no fingerprint.
    #[arg(value_name = "FINGERPRINT PATH")]
    given: Vec<PathBuf>,
    /// Why it is set aside. Needed, for nobody will remember.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Who decided.
    #[arg(long, value_name = "NAME", requires = "reason")]
    who: Option<String>,
    /// The last day (YYYY-MM-DD) on which it is to be set aside; after that it counts again.
    #[arg(long, value_name = "DATE", requires = "reason", value_parser = input::parse_date)]
    until: Option<Date>,
    /// List the findings with their fingerprints, and write nothing.
    #[arg(long, conflicts_with_all = ["reason", "prune"])]
    list: bool,
    /// Take out of the file what suppresses nothing or has run out, and leave all else in it as it stands.
    #[arg(long, conflicts_with = "reason")]
    prune: bool,
    #[command(flatten)]
    run: RunArgs,
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    if args.list {
        return list(&over(&args.given, args, Given::MustExist, terminal)?, terminal);
    }
    if args.prune {
        return prune(&over(&args.given, args, Given::MustExist, terminal)?, terminal);
    }
    let Some((fingerprint, paths)) = args.given.split_first() else {
        let message = "no finding was named: expected its fingerprint; `clauselint suppress --list` lists them";
        return Err(Failure::Message(message.to_owned()));
    };
    let reason = args.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    let Some(reason) = reason else {
        return Err(Failure::Message("expected `--reason TEXT`: nobody will remember why".to_owned()));
    };
    let run = over(paths, args, Given::MayBeNew, terminal)?;
    add(&run, &fingerprint.to_string_lossy(), reason, args, terminal)
}

fn over(paths: &[PathBuf], args: &Args, given: Given, terminal: &Terminal) -> Result<Run, Failure> {
    let here = [PathBuf::from(".")];
    Run::over(if paths.is_empty() { &here } else { paths }, &args.run, given, terminal)
}

/// How a command ends that has done what could be done.
fn end(run: &Run, terminal: &Terminal) -> Exit {
    run.problems.iter().for_each(|problem| terminal.complain(problem));
    if run.problems.is_empty() { Exit::Clean } else { Exit::Failed }
}

fn list(run: &Run, terminal: &Terminal) -> Result<Exit, Failure> {
    terminal.write(|out| {
        for file in &run.files {
            for finding in file.assessment.findings.iter().filter(|finding| !is_about_suppressions(run, finding)) {
                let at = file.source.position(finding.diagnostic.primary.span.start());
                let place = format!("{}:{}:{}", file.source.name(), at.line, at.column);
                let rule = &run.rules().rules()[finding.rule].id;
                let line = format!("{}  {place}  {rule}  {}", finding.fingerprint, finding.diagnostic.message);
                writeln!(out, "{}", printable(&line))?;
            }
        }
        Ok(())
    })?;
    Ok(end(run, terminal))
}

fn prune(run: &Run, terminal: &Terminal) -> Result<Exit, Failure> {
    for (checked, used) in run.suppressions.iter().zip(&run.used) {
        let (file, name) = (&checked.file, checked.file.source().name());
        if used.stale.is_empty() {
            terminal.note(&format!("nothing in `{name}` is to be taken out"));
            continue;
        }
        let _lock = Lock::of(&used.path)?;
        // The entries are told by their places, which hold for what was read.
        if !file::read(&used.path, Limit::SUPPRESSIONS).is_ok_and(|bytes| bytes == used.bytes) {
            let message = format!("`{name}` was written to while the policies were checked; run again");
            return Err(Failure::Message(message));
        }
        replace(&used.path, &file.without(&used.bytes, &used.stale))?;
        terminal.note(&format!("took {} out of `{name}`", suppressions(used.stale.len())));
    }
    if run.suppressions.is_empty() {
        terminal.note(&format!("there is no `{}`", place::SUPPRESSIONS));
    }
    Ok(end(run, terminal))
}

fn add(run: &Run, fingerprint: &str, reason: &str, args: &Args, terminal: &Terminal) -> Result<Exit, Failure> {
    if args.until.is_some_and(|until| until < run.today) {
        return Err(Failure::Message("the day that `--until` gives has passed already".to_owned()));
    }
    // Files that are governed by several suppressions files may have the finding.
    let mut added: BTreeMap<PathBuf, Vec<NewEntry>> = BTreeMap::new();
    for (file, path) in run.files.iter().zip(&run.paths) {
        let meant = file.assessment.findings.iter().filter(|finding| finding.fingerprint.to_string() == fingerprint);
        for finding in meant {
            if is_about_suppressions(run, finding) {
                let message = format!("`{fingerprint}` is about a suppression: mend or remove that");
                return Err(Failure::Message(message));
            }
            let target = args.run.suppressions_for(path);
            let entry = NewEntry {
                fingerprint: finding.fingerprint,
                rule: run.rules().rules()[finding.rule].id.to_string(),
                message: finding.diagnostic.message.clone(),
                reason: reason.to_owned(),
                who: args.who.clone(),
                until: args.until,
                path: place::relative(path, &place::folder_of(&target)),
            };
            added.entry(target).or_default().push(entry);
        }
    }
    if added.is_empty() {
        return Err(not_found(run, fingerprint));
    }
    // Other runs may add to the same files. All wait for them in one order, so no two for each other.
    let _locks = added.keys().map(|path| Lock::of(path)).collect::<Result<Vec<_>, _>>()?;
    // All is put together before anything is written.
    let written = added.into_iter().map(|(path, new)| extended(&path, &new).map(|bytes| (path, bytes, new)));
    for (path, bytes, new) in written.collect::<Result<Vec<_>, _>>()? {
        replace(&path, &bytes)?;
        let name = place::shown(&path);
        new.iter().for_each(|entry| {
            terminal.note(&format!("suppressed {} in `{}`, by an entry in `{name}`", entry.rule, entry.path));
        });
    }
    Ok(end(run, terminal))
}

/// The bytes of a suppressions file with entries added; read back, so that what is written can be used. It is read anew, for
/// others may have added to it while policies were checked.
fn extended(path: &Path, new: &[NewEntry]) -> Result<Vec<u8>, Failure> {
    let name = place::shown(path);
    let read = |bytes: &[u8]| SuppressionsFile::read(SourceFile::new(name.clone(), bytes));
    // What can't be read is not to be written over.
    let bytes = match file::read(path, Limit::SUPPRESSIONS) {
        Err(error) if error.is_missing() => SuppressionsFile::HEADER.as_bytes().to_vec(),
        read => read.map_err(|error| Failure::Message(format!("can't read `{name}`: {error}")))?,
    };
    let file = read(&bytes).0;
    let extended = file
        .with(&bytes, new)
        .ok_or_else(|| Failure::Message(format!("`{name}` is not written in UTF-8, so nothing can be added to it")))?;
    let (again, problems) = read(&extended);
    if problems.is_empty() && again.entries().len() == file.entries().len() + new.len() {
        return Ok(extended);
    }
    Err(Failure::Message(format!("can't add to `{name}` in the form that it has; write its entries as lines of `- `")))
}

/// A finding with this fingerprint is not there: says what is.
fn not_found(run: &Run, fingerprint: &str) -> Failure {
    let aside = run.files.iter().flat_map(|file| &file.assessment.set_aside);
    let is_meant = |aside: &&SetAside| aside.finding.fingerprint.to_string() == fingerprint;
    let message = match aside.clone().find(is_meant).map(|aside| &aside.because) {
        Some(Because::Comment { reason, .. } | Because::Entry { reason, .. }) => {
            format!("`{fingerprint}` is suppressed already: {reason}")
        }
        Some(Because::Baseline) | None => {
            let findings = run.files.iter().flat_map(|file| &file.assessment.findings);
            let shown =
                |finding: &Finding| format!("\n  {} {}", finding.fingerprint, run.rules().rules()[finding.rule].id);
            let near: Vec<String> =
                findings.filter(|finding| is_near(finding, fingerprint)).map(shown).take(5).collect();
            match near.as_slice() {
                [] => {
                    format!("no finding has the fingerprint `{fingerprint}`; `clauselint suppress --list` lists them")
                }
                near => format!(
                    "no finding has the fingerprint `{fingerprint}`; did you mean one of these?{}",
                    near.concat()
                ),
            }
        }
    };
    Failure::Message(message)
}

fn is_near(finding: &Finding, fingerprint: &str) -> bool {
    let own = finding.fingerprint.to_string();
    let begins = fingerprint.len() >= 4 && own.starts_with(fingerprint);
    begins || strsim::damerau_levenshtein(&own, fingerprint) <= 4
}

fn is_about_suppressions(run: &Run, finding: &Finding) -> bool {
    run.rules().rules()[finding.rule].is_about_suppressions()
}

fn suppressions(count: usize) -> String {
    if count == 1 { "1 suppression".to_owned() } else { format!("{count} suppressions") }
}
