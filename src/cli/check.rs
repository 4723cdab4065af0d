//! `clauselint check`: policies in, a report out.

use std::path::PathBuf;

use super::config::{ConfigArgs, Workspace};
use super::diff;
use super::input::{InputArgs, TodayArgs};
use super::output::{Output, OutputParser, Target};
use super::{Exit, Failure, Terminal};
use crate::check::{Assessment, check};
use crate::config::{Chosen, Resolved};
use crate::diagnostic::Severity;
use crate::document::Language;
use crate::report::{CheckedFile, DiffFormat, Report, ReportFormat};
use crate::rule::RuleSet;
use crate::source::SourceFile;

/// What was typed after `check`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    clauselint check privacy-policy.md\n  \
    clauselint check --format concise policies/ imprint.html\n  \
    clauselint check --rules our-rules/ policy.md\n  \
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
    #[arg(long, value_name = "REV", allow_hyphen_values = true, conflicts_with = "output")]
    since: Option<String>,
    #[command(flatten)]
    config: ConfigArgs,
    #[command(flatten)]
    today: TodayArgs,
    #[command(flatten)]
    input: InputArgs,
}

impl Args {
    /// The reports to write: first the one that standard output is for.
    fn outputs(&self) -> impl Iterator<Item = Output> {
        let taken = self.output.iter().any(|output| output.target == Target::StandardOutput);
        let format = self.format.or((!taken).then_some(ReportFormat::Full));
        let first = format.map(|format| Output { format, target: Target::StandardOutput });
        first.into_iter().chain(self.output.iter().cloned())
    }
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let workspace = Workspace::open(&args.paths, &args.config, terminal)?;
    if let Some(revision) = &args.since {
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
        return diff::run_since(revision, &workspace, format, &args.input, args.today.today(), terminal);
    }
    let Workspace { rules, policies, .. } = &workspace;
    let mut problems = workspace.problems.clone();
    let mut verdict = Verdict::default();
    let mut files = Vec::with_capacity(policies.len());
    for policy in policies {
        let resolved = workspace.resolved(policy);
        match args.input.read(&policy.path) {
            Ok((source, document)) => {
                let document = match resolved.language.value {
                    Some(language) => document.with_language(language),
                    None => document,
                };
                if rules.in_language(document.language().code()).is_none() {
                    problems.push(unread(&source, document.language(), rules));
                }
                let settings = resolved.settings(rules, args.today.today());
                let assessment = check(&source, &document, rules, &settings);
                verdict.add(&resolved, &assessment);
                files.push(CheckedFile { source, document, settings, assessment });
            }
            Err(problem) => problems.push(problem),
        }
    }
    let report = Report { files: &files, rules };
    problems.extend(args.outputs().filter_map(|output| output.write(&report, terminal).err()));
    problems.iter().for_each(|problem| terminal.complain(problem));
    verdict.too_many().for_each(|complaint| terminal.complain(&complaint));
    // The process ends here: giving every rule back to the allocator one by one would only take time.
    std::mem::forget((files, workspace));
    Ok(if problems.is_empty() { verdict.exit() } else { Exit::Failed })
}

/// Says that a policy could not be read, because of its language.
pub(super) fn unread(source: &SourceFile, language: Language, rules: &RuleSet) -> String {
    let names: Vec<&str> = rules.reads().filter_map(Language::with_code).map(Language::name).collect();
    let read = names.join(" and ");
    format!("`{}` is written in {}; the rules read {read}, so it was not checked", source.name(), language.name())
}

/// Whether the findings make the run fail.
#[derive(Default)]
struct Verdict {
    failing: bool,
    /// How many warnings there are of how many that there may be, by what set the bound.
    warnings: Vec<(Chosen<usize>, usize)>,
}

impl Verdict {
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
