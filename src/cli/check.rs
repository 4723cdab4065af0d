//! `clauselint check`: policies in, a report out.

use std::path::{Path, PathBuf};

use super::baseline::{self, Fixed};
use super::checked::{Given, Run, RunArgs};
use super::config::Workspace;
use super::diff;
use super::output::{Output, OutputParser, Target};
use super::{Exit, Failure, Terminal};
use crate::check::Assessment;
use crate::config::{Chosen, Resolved};
use crate::diagnostic::Severity;
use crate::report::{DiffFormat, ReportFormat};

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
    let mut run = Run::over(&args.paths, &args.run, Given::MustExist, terminal)?;
    if let Some(path) = args.new_baseline() {
        return baseline::write(&mut run, path, terminal);
    }
    if let Some(path) = &args.baseline {
        let fixed = if args.prune { Fixed::TakeOut } else { Fixed::Tell };
        baseline::apply(&mut run, path, fixed, terminal)?;
    }
    let unwritten: Vec<String> =
        args.outputs().filter_map(|output| output.write(&run.report(), terminal).err()).collect();
    run.problems.extend(unwritten);
    run.problems.iter().for_each(|problem| terminal.complain(problem));
    let verdict = Verdict::of(&run);
    verdict.too_many().for_each(|complaint| terminal.complain(&complaint));
    let exit = if run.problems.is_empty() { verdict.exit() } else { Exit::Failed };
    // The process ends here: giving every rule back to the allocator one by one would only take time.
    std::mem::forget(run);
    Ok(exit)
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
    fn of(run: &Run) -> Self {
        let mut verdict = Self::default();
        let files = run.files.iter().zip(&run.resolved);
        files.for_each(|(file, resolved)| verdict.add(resolved, &file.assessment));
        for (checked, used) in run.suppressions.iter().zip(&run.used) {
            verdict.add(&run.resolved[used.first], &checked.assessment);
        }
        verdict
    }

    fn add(&mut self, resolved: &Resolved, assessment: &Assessment) {
        let severities = || assessment.findings.iter().map(|finding| finding.diagnostic.severity);
        self.failing |= severities().any(|severity| resolved.fail_on.value.includes(severity));
        let Some(most) = resolved.max_warnings.value else { return };
        let bound = Chosen::new(most, resolved.max_warnings.origin.clone());
        let warnings = severities().filter(|severity| *severity == Severity::Warning).count();
        match self.warnings.iter_mut().find(|(known, _)| *known == bound) {
            Some((_, counted)) => *counted += warnings,
            None => self.warnings.push((bound, warnings)),
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
