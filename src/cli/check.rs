//! `clauselint check`: policies in, a report out.

use std::io;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::baseline::{self, Fixed};
use super::checked::{Checked, Given, Plan, Run, RunArgs};
use super::config::Workspace;
use super::diff;
use super::interrupt::{Interrupt, Signal};
use super::output::{Delivery, Output, OutputParser, Target};
use super::parallel::{Turn, in_order};
use super::progress::Progress;
use super::{Exit, Failure, Terminal};
use crate::check::Assessment;
use crate::config::{Chosen, Resolved};
use crate::diagnostic::Severity;
use crate::report::{CheckedFile, CheckedSuppressions, DiffFormat, Piece, Renderer, ReportFormat};
use crate::rule::RuleSet;

/// What was typed after `check`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    clauselint check privacy-policy.md\n  \
    clauselint check --format concise policies/ imprint.html\n  \
    clauselint check --rules our-rules/ policy.md\n  \
    clauselint check --baseline clauselint.baseline.json policies/\n  \
    clauselint check --format github --output sarif=clauselint.sarif policies/\n  \
    clauselint check --since origin/main policies/\n  \
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
    #[arg(long, value_name = "REV", allow_hyphen_values = true, conflicts_with_all = ["output", "baseline", "write_baseline"])]
    since: Option<String>,
    /// Set aside the findings that this file holds, so that only new ones count; those that are gone are told.
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write the findings to a baseline instead of reporting them: to this file, else to that of `--baseline`, else to
    /// `clauselint.baseline.json`.
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    write_baseline: Option<Option<PathBuf>>,
    /// Take the findings that are gone out of the baseline.
    #[arg(long, requires = "baseline", conflicts_with = "write_baseline")]
    prune: bool,
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
    let plan = Plan::open(&args.paths, &args.run, Given::MustExist, terminal)?;
    if args.baseline.is_none() && args.new_baseline().is_none() && plan.is_file_by_file() {
        return Ok(file_by_file(plan, args, terminal));
    }
    let threads = plan.threads();
    let mut run = plan.run();
    if let Some(path) = args.new_baseline() {
        return baseline::write(&mut run, path, terminal);
    }
    if let Some(path) = &args.baseline {
        let fixed = if args.prune { Fixed::TakeOut } else { Fixed::Tell };
        baseline::apply(&mut run, path, fixed, terminal)?;
    }
    Ok(all_at_once(run, threads, args, terminal))
}

/// Checks policies and reports on each as soon as those before it are reported; none is kept.
fn file_by_file(plan: Plan<'_>, args: &Args, terminal: &Terminal) -> Exit {
    let policies = &plan.workspace.policies;
    let mut reporting = Reporting::begin(args, &plan.workspace.rules, policies.len(), terminal);
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
    in_order(policies.iter(), plan.threads(), told, |turn| reporting.take(turn));
    let exit = reporting.end(&[], Verdict::default());
    // The process ends here: giving every rule back to the allocator one by one would only take time.
    std::mem::forget(plan);
    exit
}

/// Reports on policies that have all been checked.
fn all_at_once(run: Run, threads: NonZeroUsize, args: &Args, terminal: &Terminal) -> Exit {
    let mut reporting = Reporting::begin(args, run.rules(), run.files.len(), terminal);
    reporting.problems.extend(run.problems.iter().cloned());
    let renderers = reporting.renderers.clone();
    let told = |(file, resolved): (&CheckedFile, &Resolved)| Told {
        pieces: renderers.iter().map(|renderer| renderer.piece(file)).collect(),
        verdict: Verdict::of(resolved, &file.assessment),
        problem: None,
    };
    in_order(run.files.iter().zip(&run.resolved), threads, told, |turn| reporting.take(turn));
    let mut verdict = Verdict::default();
    for (checked, used) in run.suppressions.iter().zip(&run.used) {
        verdict.add(Verdict::of(&run.resolved[used.first], &checked.assessment));
    }
    let exit = reporting.end(&run.suppressions, verdict);
    // As above.
    std::mem::forget(run);
    exit
}

/// What is told of one policy.
#[derive(Default)]
struct Told<'r> {
    /// For each report, what it says; nothing where the policy could not be read.
    pieces: Vec<Piece<'r>>,
    verdict: Verdict,
    problem: Option<String>,
}

/// The reports of a run, while they are being written.
struct Reporting<'r, 't> {
    renderers: Vec<Renderer<'r>>,
    deliveries: Vec<Delivery<'r>>,
    verdict: Verdict,
    /// What could not be checked, in sentences.
    problems: Vec<String>,
    /// How many policies were told of.
    told: usize,
    policies: usize,
    progress: Progress,
    interrupt: Interrupt,
    terminal: &'t Terminal,
}

impl<'r, 't> Reporting<'r, 't> {
    fn begin(args: &Args, rules: &'r RuleSet, policies: usize, terminal: &'t Terminal) -> Self {
        let interrupt = Interrupt::watch();
        let outputs: Vec<Output> = args.outputs().collect();
        let renderers: Vec<Renderer<'r>> = outputs.iter().map(|output| output.renderer(rules, terminal)).collect();
        let mut standard_output = Some(io::stdout());
        let begin = |(output, renderer): (Output, &Renderer<'r>)| {
            Delivery::begin(output.target, *renderer, &mut standard_output)
        };
        let deliveries = outputs.into_iter().zip(&renderers).map(begin).collect();
        Self {
            renderers,
            deliveries,
            verdict: Verdict::default(),
            problems: Vec::new(),
            told: 0,
            policies,
            progress: Progress::new(policies),
            interrupt,
            terminal,
        }
    }

    /// Writes what is told of the next policy. Where nobody reads it any more, the run ends.
    fn take(&mut self, turn: Turn<Told<'r>>) -> ControlFlow<()> {
        if let Some(signal) = self.interrupt.signal() {
            self.leave(signal);
        }
        if let Turn::Done(Told { pieces, verdict, problem }) = turn {
            self.deliveries.iter_mut().zip(pieces).for_each(|(delivery, piece)| delivery.add(piece));
            self.verdict.add(verdict);
            self.problems.extend(problem);
            self.told += 1;
        }
        self.progress.show(self.told);
        match self.deliveries.iter().all(Delivery::is_over) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }

    fn end(mut self, suppressions: &[CheckedSuppressions], of_suppressions: Verdict) -> Exit {
        self.progress.clear();
        let ended = self.deliveries.into_iter().filter_map(|delivery| delivery.end(suppressions).err());
        self.problems.extend(ended);
        self.verdict.add(of_suppressions);
        self.problems.iter().for_each(|problem| self.terminal.complain(problem));
        self.verdict.too_many().for_each(|complaint| self.terminal.complain(&complaint));
        if self.problems.is_empty() { self.verdict.exit() } else { Exit::Failed }
    }

    /// Ends the process because of a signal. What is whole of the policies has been written; files that are not whole are
    /// removed.
    fn leave(&mut self, signal: Signal) -> ! {
        self.progress.clear();
        self.deliveries.clear();
        self.problems.iter().for_each(|problem| self.terminal.complain(problem));
        let Self { told, policies, .. } = self;
        self.terminal.complain(&format!(
            "interrupted after {told} of {policies} policies: the report on standard output is partial, and no file was written"
        ));
        signal.leave()
    }
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
    diff::run_since(revision, &workspace, format, &args.run.input, args.run.today.today(), terminal)
}

/// Whether the findings make the run fail.
#[derive(Default)]
struct Verdict {
    failing: bool,
    /// How many warnings there are of how many that there may be, by what set the bound.
    warnings: Vec<(Chosen<usize>, usize)>,
}

impl Verdict {
    fn of(resolved: &Resolved, assessment: &Assessment) -> Self {
        let severities = || assessment.findings.iter().map(|finding| finding.diagnostic.severity);
        let failing = severities().any(|severity| resolved.fail_on.value.includes(severity));
        let warnings = || severities().filter(|severity| *severity == Severity::Warning).count();
        let bound = |most| (Chosen::new(most, resolved.max_warnings.origin.clone()), warnings());
        Self { failing, warnings: resolved.max_warnings.value.map(bound).into_iter().collect() }
    }

    fn add(&mut self, other: Self) {
        self.failing |= other.failing;
        for (bound, warnings) in other.warnings {
            match self.warnings.iter_mut().find(|(known, _)| *known == bound) {
                Some((_, counted)) => *counted += warnings,
                None => self.warnings.push((bound, warnings)),
            }
        }
    }

    /// A sentence for every bound that is exceeded.
    fn too_many(&self) -> impl Iterator<Item = String> {
        let exceeded = self.warnings.iter().filter(|(bound, counted)| *counted > bound.value);
        exceeded.map(|(bound, counted)| format!("{counted} warnings; there may be {} ({})", bound.value, bound.origin))
    }

    fn exit(&self) -> Exit {
        if self.failing || self.too_many().next().is_some() { Exit::Findings } else { Exit::Clean }
    }
}
