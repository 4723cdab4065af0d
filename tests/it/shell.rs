//! What the program gives to shells and to `man`.

use crate::program::run;

/// The program's own commands, as its help lists them.
fn commands() -> Vec<String> {
    let help = run(&["--help"]).stdout;
    let listed = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let names = listed.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    names.filter(|name| !name.is_empty() && *name != "help").map(str::to_owned).collect()
}

#[test]
fn completions_know_every_command() {
    let commands = commands();
    assert!(commands.contains(&"check".to_owned()) && commands.contains(&"completions".to_owned()), "{commands:?}");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let outcome = run(&["completions", shell]);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{shell}");
        for command in &commands {
            assert!(outcome.stdout.contains(command), "{shell} does not complete {command}");
        }
        assert!(outcome.stdout.contains("stdin-filename"), "{shell} does not complete options");
    }
}

#[test]
fn an_unknown_shell_is_a_mistake_that_names_the_known_ones() {
    let outcome = run(&["completions", "basic"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    assert!(outcome.stderr.contains("bash"), "{}", outcome.stderr);
}

/// Bash itself completes a command with the script, where there is a bash.
#[cfg(unix)]
#[test]
fn bash_completes_with_its_script() {
    let ask = "source ./script; COMP_WORDS=(clauselint out); COMP_CWORD=1; _clauselint clauselint out clauselint; \
               echo \"${COMPREPLY[@]}\"";
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("script"), run(&["completions", "bash"]).stdout).unwrap();
    let output = std::process::Command::new("bash").args(["-c", ask]).current_dir(folder.path()).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "outline\n");
}

#[test]
fn every_command_has_a_man_page() {
    let own = run(&["man"]);
    assert_eq!(own.code, 0);
    assert!(own.stdout.contains(".TH clauselint 1"), "{}", own.stdout);
    for command in commands() {
        assert!(own.stdout.contains(&format!("clauselint\\-{command}(1)")), "{command} is not in the page");
        let outcome = run(&["man", &command]);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{command}");
        for part in [&format!(".TH clauselint-{command} 1"), ".SH NAME", ".SH SYNOPSIS", ".SH OPTIONS"] {
            assert!(outcome.stdout.contains(part), "{part} is not in the page of {command}");
        }
    }
}

#[test]
fn a_man_page_of_nothing_is_a_mistake() {
    let outcome = run(&["man", "chek"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    assert_eq!(outcome.stderr, "error: there is no command `chek`; did you mean `check`?\n");
    let unlike_any = run(&["man", "x"]).stderr;
    assert!(unlike_any.contains(&format!("the commands are {}", commands().join(", "))), "{unlike_any}");
}
