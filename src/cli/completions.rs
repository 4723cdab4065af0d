//! `clauselint completions`: what lets a shell complete the command line.

use clap::CommandFactory as _;
use clap_complete::{Shell, generate};

use super::{Cli, Exit, Failure, Terminal};

/// What was typed after `completions`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    clauselint completions bash > ~/.local/share/bash-completion/completions/clauselint\n  \
    clauselint completions fish > ~/.config/fish/completions/clauselint.fish")]
pub(super) struct Args {
    /// The shell.
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let mut command = Cli::command();
    let name = command.get_name().to_owned();
    // By way of memory: the generator panics where it can't write, which a closed pipe is enough for.
    let mut script = Vec::new();
    generate(args.shell, &mut command, name, &mut script);
    terminal.write(|out| out.write_all(&script))?;
    Ok(Exit::Clean)
}
