//! The command line: what was typed, resolved and run. The only code that reads files, walks folders, looks at the
//! terminal and the environment, and knows clap.

mod baseline;
mod check;
mod checked;
mod completions;
mod config;
mod diff;
mod eval;
mod explain;
mod file;
mod git;
mod init;
mod input;
mod interrupt;
mod lock;
mod man;
mod outline;
mod output;
mod parallel;
mod place;
mod progress;
mod records;
mod reporting;
mod rules;
mod suppress;
mod test;
mod whole;

use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use crate::report::{Colour, Style, printable};

/// Lint privacy policies: which disclosures the law requires are there, vague or missing, with the words that show it.
#[derive(Debug, Parser)]
#[command(
    name = "clauselint",
    version,
    max_term_width = 100,
    after_help = "Exit codes: 0 nothing at or above the threshold, 1 findings, 2 the run itself failed, 130 interrupted.\n\n\
                  Examples:\n  \
                  clauselint check privacy-policy.md\n  \
                  clauselint check --format json policies/\n  \
                  curl -s https://example.com/privacy | clauselint check - --stdin-filename privacy.html\n  \
                  clauselint explain gdpr/retention-period"
)]
struct Cli {
    /// When to colour text for people; NO_COLOR is obeyed.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: ColourChoice,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check policies.
    Check(check::Args),
    /// Tell what an edit changed: disclosures lost, gained, weaker; claims that say something else.
    Diff(diff::Args),
    /// Write a configuration file to start from.
    Init(init::Args),
    /// Show the configuration that holds for a policy, and where each value comes from.
    Config(config::Args),
    /// Set a finding aside for a reason, in a file beside the policy; take out what is set aside in vain.
    Suppress(suppress::Args),
    /// List the rules.
    Rules(rules::Args),
    /// Tell all about one rule: what it rests on, why, what to do, wording to start from, examples.
    Explain(explain::Args),
    /// Run the examples of the rules.
    Test(test::Args),
    /// Show the sections and clauses of a policy, as the rules see them.
    Outline(outline::Args),
    /// Hold the rules against a corpus of labelled policies.
    Eval(eval::Args),
    /// Write the completion script of a shell.
    Completions(completions::Args),
    /// Write a man page.
    Man(man::Args),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ColourChoice {
    Auto,
    Always,
    Never,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: nothing at or above the threshold.
    Clean,
    /// 1: there are findings, or examples that fail.
    Findings,
    /// 2: the run itself failed: usage, rules, a file that can't be read.
    Failed,
}

impl Exit {
    fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::Failed => 2,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Runs the program on the process's own arguments, standard streams and terminal.
pub fn run() -> Exit {
    run_with(std::env::args_os())
}

fn run_with(args: impl IntoIterator<Item = OsString>) -> Exit {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are asked for; everything else is a mistake.
            let printed = error.print().and_then(|()| io::stdout().flush());
            return match printed {
                _ if error.use_stderr() => Exit::Failed,
                // A closed pipe is no reason to complain.
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                    Terminal::new(ColourChoice::Auto).complain(&format!("can't write the output: {error}"));
                    Exit::Failed
                }
                Ok(()) | Err(_) => Exit::Clean,
            };
        }
    };
    let mut terminal = Terminal::new(cli.color);
    let result = match cli.command {
        Command::Check(args) => check::run(&args, &mut terminal),
        Command::Diff(args) => diff::run(&args, &mut terminal),
        Command::Init(args) => init::run(&args, &mut terminal),
        Command::Config(args) => config::run(&args, &mut terminal),
        Command::Suppress(args) => suppress::run(&args, &mut terminal),
        Command::Rules(args) => rules::run(&args, &mut terminal),
        Command::Explain(args) => explain::run(&args, &mut terminal),
        Command::Test(args) => test::run(&args, &mut terminal),
        Command::Outline(args) => outline::run(&args, &mut terminal),
        Command::Eval(args) => eval::run(&args, &mut terminal),
        Command::Completions(args) => completions::run(&args, &mut terminal),
        Command::Man(args) => man::run(&args, &mut terminal),
    };
    result.unwrap_or_else(|failure| {
        if let Failure::Message(message) = failure {
            terminal.complain(&message);
        }
        Exit::Failed
    })
}

/// Why a command could not be carried out.
#[derive(Debug)]
enum Failure {
    /// A sentence for the user, not yet shown.
    Message(String),
    /// What was wrong has been shown already.
    Shown,
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Message(format!("can't write the output: {error}"))
    }
}

/// The standard streams, and how text for people should look on them.
struct Terminal {
    style: Style,
    error_style: Style,
}

impl Terminal {
    fn new(choice: ColourChoice) -> Self {
        let width = terminal_size::terminal_size().map_or(100, |(width, _)| usize::from(width.0)).clamp(40, 120);
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let style = |is_terminal: bool| Style {
            width,
            colour: match choice {
                ColourChoice::Always => Colour::On,
                ColourChoice::Auto if is_terminal && !no_colour => Colour::On,
                ColourChoice::Auto | ColourChoice::Never => Colour::Off,
            },
        };
        Self { style: style(io::stdout().is_terminal()), error_style: style(io::stderr().is_terminal()) }
    }

    /// Writes to standard output. A reader that closed the pipe has seen enough: that is no failure.
    fn write(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        let mut out = io::BufWriter::new(io::stdout().lock());
        match write(&mut out).and_then(|()| out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            done => done,
        }
    }

    /// Says on standard error what is worth knowing.
    fn note(&self, message: &str) {
        let mut out = io::stderr().lock();
        let _ = writeln!(out, "note: {}", printable(message));
    }

    /// Says on standard error what went wrong.
    fn complain(&self, message: &str) {
        let mut out = io::stderr().lock();
        let _ = writeln!(out, "error: {}", printable(message));
    }
}
