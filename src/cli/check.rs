//! `clauselint check`: policies in, a report out.

use std::fs;
use std::path::{Path, PathBuf};

use super::baseline::{self, Fixed};
use super::checked::{Checked, Given, Plan, Run, RunArgs};
use super::config::Workspace;
use super::output::{Output, OutputParser, Target, refuse_clashes};
use super::parallel::{Turn, in_order};
use super::reporting::{Reporting, Told, Verdict};
use super::{Exit, Failure, Terminal, diff, records};
use crate::config::Resolved;
use crate::report::{CheckedFile, DiffFormat, ReportFormat};

/// What was typed after `check`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    clauselint check privacy-policy.md\n  \
    clauselint check --format concise policies/ imprint.html\n  \
    clauselint check --rules our-rules/ policy.md\n  \
    clauselint check --baseline clauselint.baseline.json policies/\n  \
    clauselint check --format github --output sarif=clauselint.sarif policies/\n  \
    clauselint check --since origin/main policies/\n  \
    clauselint check --stdin-jsonl < policies.jsonl\n  \
    clauselint check - --input-format markdown < policy.md")]
pub(super) struct Args {
    /// Policies, folders of policies, or `-` for standard input.
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// How to report on standard output; `full` if nothing else is asked for there.
    #[arg(long, value_name = "FORMAT")]
    format: Option<ReportFormat>,
    /// Report in this format, too, to a file, or to standard output for `-`. May be given more than once.
    #[arg(long, value_name = "FORMAT=FILE", value_parser = OutputParser)]
    output: Vec<Output>,
    /// Report only what edits since this git revision made worse, as `clauselint diff` tells it; as text, or with
    /// `--format` json or markdown.
    #[arg(long, value_name = "REV", allow_hyphen_values = true, conflicts_with_all = ["output", "baseline", "write_baseline", "prune"])]
    since: Option<String>,
    /// Set aside the findings that this file holds, so that only new ones count; those that are gone are told.
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write the findings to a baseline instead of reporting them: to this file, else to that of `--baseline`, else to
    /// `clauselint.baseline.json`.
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, conflicts_with_all = ["format", "output"])]
    write_baseline: Option<Option<PathBuf>>,
    /// Take the findings that are gone out of the baseline.
    #[arg(long, requires = "baseline", conflicts_with = "write_baseline")]
    prune: bool,
    /// Read policies from standard input, a JSON object a line, `{"id": ..., "text": ...}`, and answer each with a line;
    /// docs/scale.md tells the form.
    #[arg(long, conflicts_with_all = ["paths", "format", "output", "since", "baseline", "write_baseline", "prune", "suppressions", "stdin_filename"])]
    stdin_jsonl: bool,
    #[command(flatten)]
    run: RunArgs,
}

impl Args {
    /// The reports to write: first the one that standard output is for.
    fn outputs(&self) -> impl Iterator<Item = Output> {
        let taken = self.output.iter().any(|output| output.target == Target::StandardOutput);
        let format = self.format.or((!taken).then_some(ReportFormat::Full));
        let first = format.map(|format| Output { format, target: Target::StandardOutput });
        first.into_iter().chain(self.output.iter().cloned())
    }

    /// The file to write the baseline to, where one is to be written.
    fn new_baseline(&self) -> Option<&Path> {
        let given = self.write_baseline.as_ref()?;
        Some(given.as_deref().or(self.baseline.as_deref()).unwrap_or(Path::new("clauselint.baseline.json")))
    }
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    if let Some(revision) = &args.since {
        return since(revision, args, terminal);
    }
    if args.stdin_jsonl {
        return records::run(&args.run, terminal);
    }
    let plan = Plan::open(&args.paths, &args.run, Given::MustExist, terminal)?;
    let baseline = args.baseline.iter().map(|path| ("the baseline", path.clone()));
    refuse_clashes(&args.output, plan.reads().chain(baseline))?;
    if args.baseline.is_none() && args.new_baseline().is_none() && plan.is_file_by_file() {
        return Ok(file_by_file(plan, args, terminal));
    }
    let mut run = plan.run();
    if let Some(path) = args.new_baseline() {
        return baseline::write(&mut run, path, terminal);
    }
    if let Some(path) = &args.baseline {
        let fixed = if args.prune { Fixed::TakeOut } else { Fixed::Tell };
        baseline::apply(&mut run, path, fixed, terminal)?;
    }
    Ok(all_at_once(run, args, terminal))
}

/// Checks policies and reports on each as soon as those before it are reported; none is kept.
fn file_by_file(plan: Plan<'_>, args: &Args, terminal: &Terminal) -> Exit {
    let policies = &plan.workspace.policies;
    let mut reporting = Reporting::begin(args.outputs(), &plan.workspace.rules, Some(policies.len()), terminal);
    reporting.problems.extend(plan.workspace.problems.iter().cloned());
    let renderers = reporting.renderers.clone();
    let told = |policy| match plan.check(policy) {
        Ok(Checked { file, resolved, problem }) => Told {
            pieces: renderers.iter().map(|renderer| renderer.piece(&file)).collect(),
            verdict: Verdict::of(&resolved, &file.assessment),
            problem,
        },
        Err(problem) => Told { problem: Some(problem), ..Told::default() },
    };
    match policies.as_slice() {
        [policy] if is_small(&policy.path) => {
            // What comes of it makes no difference: there is no other policy.
            let _ = reporting.take(Turn::Done(told(policy)));
        }
        _ => in_order(policies.iter(), args.run.threads(), told, |turn| reporting.take(turn)),
    }
    let exit = reporting.end(&[], Verdict::default());
    // The process ends here: giving every rule back to the allocator one by one would only take time.
    std::mem::forget(plan);
    exit
}

/// A policy of at most so many bytes is checked so soon that a thread for it would take longer than it could save, and that
/// nobody misses what is seen to meanwhile: signals, and how far the run has come.
const SMALL: u64 = 1 << 18;

fn is_small(policy: &Path) -> bool {
    fs::metadata(policy).is_ok_and(|policy| policy.is_file() && policy.len() <= SMALL)
}

/// Reports on policies that have all been checked.
fn all_at_once(run: Run, args: &Args, terminal: &Terminal) -> Exit {
    let mut reporting = Reporting::begin(args.outputs(), run.rules(), Some(run.files.len()), terminal);
    reporting.problems.extend(run.problems.iter().cloned());
    let renderers = reporting.renderers.clone();
    let told = |(file, resolved): (&CheckedFile, &Resolved)| Told {
        pieces: renderers.iter().map(|renderer| renderer.piece(file)).collect(),
        verdict: Verdict::of(resolved, &file.assessment),
        problem: None,
    };
    in_order(run.files.iter().zip(&run.resolved), args.run.threads(), told, |turn| reporting.take(turn));
    let mut verdict = Verdict::default();
    for (checked, used) in run.suppressions.iter().zip(&run.used) {
        verdict.add(Verdict::of(&run.resolved[used.first], &checked.assessment));
    }
    let exit = reporting.end(&run.suppressions, verdict);
    // As above.
    std::mem::forget(run);
    exit
}

fn since(revision: &str, args: &Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let format = match args.format {
        None | Some(ReportFormat::Full) => DiffFormat::Text,
        Some(ReportFormat::Json) => DiffFormat::Json,
        Some(ReportFormat::Markdown) => DiffFormat::Markdown,
        Some(format) => {
            let name = format.name();
            let message = format!("`--since` can't report as `{name}`; expected full, json or markdown");
            return Err(Failure::Message(message));
        }
    };
    let workspace = Workspace::open(&args.paths, &args.run.config, terminal)?;
    diff::run_since(revision, &args.paths, &workspace, format, &args.run.input, args.run.today.today(), terminal)
}
