//! `clauselint check`: policies in, a report out.

use std::path::PathBuf;

use clap::ValueEnum;

use super::input::{self, InputArgs, ProfileArgs, TodayArgs};
use super::{Exit, Failure, Terminal};
use crate::check::{Settings, check};
use crate::diagnostic::Severity;
use crate::document::Language;
use crate::report::{self, CheckedFile, Report, ReportFormat};
use crate::rule::Examples;

/// What was typed after `check`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    clauselint check privacy-policy.md\n  \
    clauselint check --format concise policies/ imprint.html\n  \
    clauselint check --rules our-rules/ policy.md\n  \
    clauselint check - --input-format markdown < policy.md")]
pub(super) struct Args {
    /// Policies, folders of policies, or `-` for standard input.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How to report.
    #[arg(long, value_name = "FORMAT", default_value = "full")]
    format: FormatName,
    /// A folder of rules to add; a rule replaces a built-in one of the same id. May be given more than once.
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
    #[command(flatten)]
    profile: ProfileArgs,
    #[command(flatten)]
    today: TodayArgs,
    #[command(flatten)]
    input: InputArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FormatName {
    /// Findings drawn on their source, a table of the disclosures, and the counts.
    Full,
    /// A line a finding.
    Concise,
    /// One JSON object.
    Json,
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let rules = input::load_rules(&args.rules, Examples::Skip, terminal)?;
    let settings =
        Settings { profile: args.profile.profile(&rules)?, today: Some(args.today.today()), ..Settings::default() };
    let (paths, mut problems) = input::policies(&args.paths);
    let mut files = Vec::with_capacity(paths.len());
    for path in paths {
        match args.input.read(&path) {
            Ok((source, document)) => {
                if let Language::Other { name, .. } = document.language() {
                    let path = source.name();
                    problems
                        .push(format!("`{path}` is written in {name}; the rules read English, so it was not checked"));
                }
                let assessment = check(&source, &document, &rules, &settings);
                files.push(CheckedFile { source, document, assessment });
            }
            Err(problem) => problems.push(problem),
        }
    }
    let report = Report { files: &files, rules: &rules };
    let format = match args.format {
        FormatName::Full => ReportFormat::Full,
        FormatName::Concise => ReportFormat::Concise,
        FormatName::Json => ReportFormat::Json,
    };
    // Where nothing could be read there is nothing to report, but a program that reads JSON still gets an object.
    if !files.is_empty() || format == ReportFormat::Json {
        terminal.write(|out| report::write(format, &report, terminal.style, out))?;
    }
    problems.iter().for_each(|problem| terminal.complain(problem));
    let worst = report.worst();
    // The process ends here: giving every rule back to the allocator one by one would only take time.
    std::mem::forget((files, rules));
    Ok(match worst {
        _ if !problems.is_empty() => Exit::Failed,
        Some(Severity::Error) => Exit::Findings,
        _ => Exit::Clean,
    })
}
