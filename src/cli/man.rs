//! `clauselint man`: the man pages, one for the program and one for each command.

use clap::CommandFactory as _;
use clap_mangen::Man;

use super::{Cli, Exit, Failure, Terminal};
use crate::rule::did_you_mean;

/// What was typed after `man`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    clauselint man > clauselint.1\n  \
    clauselint man check > clauselint-check.1")]
pub(super) struct Args {
    /// The command to write the page of; else it is the program's own page, which lists the commands.
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let mut program = Cli::command().disable_help_subcommand(true);
    // Gives the commands their full names, as in `clauselint check`.
    program.build();
    let page = match &args.command {
        None => Man::new(program),
        Some(name) => match program.find_subcommand(name) {
            Some(command) => Man::new(command.clone()),
            None => return Err(Failure::Message(unknown(name, &program))),
        },
    };
    let page = page.source(concat!("clauselint ", env!("CARGO_PKG_VERSION")));
    terminal.write(|out| page.render(out))?;
    Ok(Exit::Clean)
}

fn unknown(name: &str, program: &clap::Command) -> String {
    let names = || program.get_subcommands().map(clap::Command::get_name);
    let help = match did_you_mean(name, names()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("the commands are {}", names().collect::<Vec<_>>().join(", ")),
    };
    format!("there is no command `{name}`; {help}")
}
