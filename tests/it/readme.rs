//! The README: every command that it shows is run here, and what it shows as output is what comes out.

use crate::program::{Program, root};

/// The commands of all console blocks, with what the block shows after them.
fn blocks() -> Vec<(String, String)> {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let mut blocks: Vec<(String, String)> = Vec::new();
    for block in readme.split("```console\n").skip(1) {
        let block = block.split("```").next().unwrap();
        for line in block.lines() {
            match line.strip_prefix("$ ") {
                Some(command) => blocks.push((command.to_owned(), String::new())),
                None => {
                    let shown = &mut blocks.last_mut().unwrap().1;
                    shown.push_str(line);
                    shown.push('\n');
                }
            }
        }
    }
    blocks
}

#[test]
fn every_command_does_what_it_shows() {
    let mut run = 0;
    for (command, shown) in blocks() {
        let Some(args) =
            command.strip_prefix("clauselint ").or_else(|| command.strip_prefix("cargo run --release -- "))
        else {
            // `cargo test` is what runs this test, and installing is not for a test.
            assert!(
                ["cargo test --locked", "cargo install --path .", "pip install ."].contains(&command.as_str()),
                "not run: {command}"
            );
            continue;
        };
        let (args, input) = match args.split_once(" < ") {
            Some((args, file)) => (args, std::fs::read_to_string(root().join(file)).unwrap()),
            None => (args, String::new()),
        };
        let outcome =
            Program::in_repository().args(args.split(' ').map(|arg| arg.trim_matches('\''))).stdin(input).run();
        assert_ne!(outcome.code, 2, "{command}: {}", outcome.stderr);
        if !shown.is_empty() {
            // "..." stands for lines left out.
            for part in shown.split("...\n") {
                assert!(outcome.stdout.contains(part), "{command} does not show\n{part}\nbut\n{}", outcome.stdout);
            }
        }
        run += 1;
    }
    assert!(run >= 8, "the README shows only {run} commands");
}

#[test]
fn the_two_commands_and_the_ci_agree() {
    let commands: Vec<String> = blocks().into_iter().map(|(command, _)| command).collect();
    assert_eq!(commands[0], "cargo run --release -- check fixtures/sparse.md");
    assert_eq!(commands[1], "cargo test --locked");
    let ci = std::fs::read_to_string(root().join(".ci/run")).unwrap();
    assert!(ci.contains(&commands[1]));
}

#[test]
fn the_rule_file_in_the_readme_passes_its_examples() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let rule = readme.split("```yaml\n").find(|block| block.starts_with("id: ")).unwrap().split("```").next().unwrap();
    let outcome = Program::new().file("rules/ours.yaml", rule).args(["test", "rules", "--only", "acme"]).run();
    assert_eq!(outcome.code, 0, "{}{}", outcome.stdout, outcome.stderr);
    assert!(!outcome.stdout.starts_with('0'), "{}", outcome.stdout);
}
