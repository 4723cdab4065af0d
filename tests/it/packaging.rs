//! What brings the program to its users: the pre-commit hook, the action, and the examples in the documents ask for what
//! the program has. `scripts/try-packages` tries them whole; here is what needs neither network nor minutes.

use std::path::Path;
use std::process::{Command, Output};

use serde_yaml::Value;
use tempfile::TempDir;

use crate::program::{Program, root};

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

fn yaml(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{error} in\n{text}"))
}

fn words(value: &Value) -> Vec<String> {
    value.as_sequence().into_iter().flatten().map(|word| word.as_str().unwrap().to_owned()).collect()
}

/// The YAML blocks of the documents, rule files left out.
fn examples() -> Vec<Value> {
    let mut examples = Vec::new();
    for path in ["README.md", "docs/ci.md"] {
        let text = read(path);
        let blocks = text.split("```yaml\n").skip(1).map(|block| block.split("```").next().unwrap());
        examples.extend(blocks.filter(|block| !block.starts_with("id: ")).map(yaml));
    }
    examples
}

/// A repository that the examples fit, in a folder of its own: policies that tell everything, and a rule.
fn repository() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let policy = read("fixtures/complete.md");
    let rule = "id: acme/jokes\ntitle: Jokes\nkind: forbidden\nseverity: advice\ncite: [House style]\nwhy: No.\n\
                forbidden: ['just ... kidding']\nmessage: {found: a joke}\nhelp: Be serious.\n\
                examples: {found: [Just kidding.], clean: [Seriously.]}\n";
    for (path, content) in
        [("privacy-policy.md", policy.as_str()), ("legal/cookies.md", &policy), ("our-rules/jokes.yaml", rule)]
    {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    folder
}

fn run_in(folder: &Path, args: &[String]) -> Output {
    Command::new(assert_cmd::cargo::cargo_bin!("clauselint")).args(args).current_dir(folder).output().unwrap()
}

// The pre-commit hook.

fn hook() -> Value {
    let hooks = yaml(&read(".pre-commit-hooks.yaml"));
    assert_eq!(hooks.as_sequence().unwrap().len(), 1);
    hooks[0].clone()
}

/// The hook's command, less the program's name.
fn hook_command() -> Vec<String> {
    let entry = hook()["entry"].as_str().unwrap().to_owned();
    let args = entry.strip_prefix("clauselint ").expect("the hook runs the program");
    args.split(' ').map(str::to_owned).collect()
}

#[test]
fn the_hook_passes_a_complete_policy_and_fails_another() {
    for (fixture, code) in [("fixtures/complete.md", 0), ("fixtures/sparse.md", 1)] {
        let outcome = Program::in_repository().args(hook_command()).args([fixture]).run();
        assert_eq!(outcome.code, code, "{outcome:?}");
    }
}

#[test]
fn the_hook_takes_files_that_are_named_for_privacy() {
    let files = regex::Regex::new(hook()["files"].as_str().unwrap()).unwrap();
    for taken in ["privacy-policy.md", "docs/PRIVACY.txt", "web/our_privacy_notice.html"] {
        assert!(files.is_match(taken), "{taken}");
    }
    for left in ["README.md", "privacy/readme.md", "src/policy.md"] {
        assert!(!files.is_match(left), "{left}");
    }
}

// The action.

const INPUT: &str = "${{ inputs.";

fn action() -> Value {
    yaml(&read("action.yml"))
}

/// The inputs that the action has, with what each is unless set.
fn inputs() -> Vec<(String, String)> {
    let default = |about: &Value| about.get("default").map_or("", |value| value.as_str().unwrap()).to_owned();
    let action = action();
    let inputs = action["inputs"].as_mapping().unwrap();
    inputs.iter().map(|(name, about)| (name.as_str().unwrap().to_owned(), default(about))).collect()
}

#[test]
fn what_is_put_into_the_action_never_becomes_part_of_a_script() {
    let action = action();
    let mut used = Vec::new();
    for step in action["runs"]["steps"].as_sequence().unwrap() {
        let script = step["run"].as_str().unwrap();
        assert!(!script.contains("${{"), "{script}");
        for (variable, value) in step["env"].as_mapping().unwrap() {
            let input = value.as_str().unwrap().strip_prefix(INPUT).and_then(|rest| rest.strip_suffix(" }}")).unwrap();
            let variable = variable.as_str().unwrap();
            assert!(
                script.contains(&format!("${variable}")) || script.contains(&format!("${{{variable}")),
                "{variable}"
            );
            used.push(input.to_owned());
        }
    }
    for (input, _) in inputs() {
        assert!(used.contains(&input), "{input} is put in and not used");
    }
}

/// Runs a step of the action as a runner does, with the inputs given and the others as they are unless set.
#[cfg(unix)]
fn run_step(name: &str, given: &[(&str, &str)], folder: &Path, runner: &[(&str, &Path)]) -> Output {
    let inputs = inputs();
    for (name, _) in given {
        assert!(inputs.iter().any(|(input, _)| input == name), "the action has no input {name}");
    }
    let action = action();
    let step = action["runs"]["steps"].as_sequence().unwrap().iter().find(|step| step["name"] == name).unwrap();
    assert_eq!(step["shell"], "bash");
    let script = folder.join(".step.sh");
    std::fs::write(&script, step["run"].as_str().unwrap()).unwrap();
    let mut bash = Command::new("bash");
    bash.args(["--noprofile", "--norc", "-eo", "pipefail"]).arg(&script).current_dir(folder);
    for (variable, value) in step["env"].as_mapping().unwrap() {
        let input = &value.as_str().unwrap()[INPUT.len()..].trim_end_matches(" }}");
        let default = inputs.iter().find(|(name, _)| name == input).map(|(_, default)| default.as_str());
        let value = given.iter().find(|(name, _)| name == input).map_or(default, |(_, value)| Some(value));
        bash.env(variable.as_str().unwrap(), value.unwrap());
    }
    bash.envs(runner.iter().copied()).output().unwrap()
}

#[cfg(unix)]
fn run_check_step(given: &[(&str, &str)], folder: &Path) -> (i32, String, String) {
    let program = assert_cmd::cargo::cargo_bin!("clauselint").to_str().unwrap();
    let output = run_step("Check", &[&[("program", program)], given].concat(), folder, &[]);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[cfg(unix)]
#[test]
fn the_action_annotates_and_writes_sarif() {
    let repository = repository();
    std::fs::write(repository.path().join("sparse policy.md"), read("fixtures/sparse.md")).unwrap();
    let given = [("paths", "privacy-policy.md\nsparse policy.md\n"), ("sarif", "a report.sarif")];
    let (code, stdout, stderr) = run_check_step(&given, repository.path());
    assert_eq!((code, stderr.as_str()), (1, ""), "{stdout}");
    assert!(stdout.contains("::error ") && stdout.contains("file=sparse policy.md"), "{stdout}");
    let sarif = std::fs::read_to_string(repository.path().join("a report.sarif")).unwrap();
    let sarif: serde_json::Value = serde_json::from_str(&sarif).unwrap();
    assert!(!sarif["runs"][0]["results"].as_array().unwrap().is_empty());
}

#[cfg(unix)]
#[test]
fn hostile_inputs_of_the_action_run_nothing() {
    let repository = repository();
    let hostile = "$(touch pwned) `touch pwned`; touch pwned #\"; touch pwned; \"' && touch pwned";
    for input in ["paths", "args", "sarif", "format"] {
        let given: Vec<(&str, &str)> = [("paths", "privacy-policy.md"), (input, hostile)]
            .into_iter()
            .skip(usize::from(input == "paths"))
            .collect();
        let (code, stdout, stderr) = run_check_step(&given, repository.path());
        assert!(!repository.path().join("pwned").exists(), "{input}: {stdout}{stderr}");
        // As the name of the report it is odd, but a name.
        assert_eq!(code, if input == "sarif" { 0 } else { 2 }, "{input}: {stdout}{stderr}");
    }
    let (code, _, stderr) = run_check_step(&[("paths", "--help")], repository.path());
    assert_eq!((code, stderr.as_str()), (2, "error: can't read `--help`: there is no such file\n"));
}

#[cfg(unix)]
#[test]
fn the_action_builds_its_own_checkout_unless_given_a_program() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let cargo = folder.path().join("bin/cargo");
    std::fs::create_dir(cargo.parent().unwrap()).unwrap();
    std::fs::create_dir(folder.path().join("checkout")).unwrap();
    std::fs::write(&cargo, "#!/bin/sh\necho \"$PWD: cargo $*\"\n").unwrap();
    std::fs::set_permissions(&cargo, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", cargo.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let checkout = folder.path().join("checkout");
    let runner = [("PATH", Path::new(&path)), ("GITHUB_ACTION_PATH", &checkout), ("RUNNER_TEMP", Path::new("/temp"))];
    let build = |given: &[(&str, &str)]| {
        let output = run_step("Build clauselint", given, folder.path(), &runner);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(build(&[("program", "/usr/bin/clauselint")]), "");
    let built = build(&[]);
    assert!(built.ends_with("/checkout: cargo install --locked --path . --root /temp/clauselint\n"), "{built}");
}

// The examples in the documents.

#[test]
fn the_examples_name_the_version_that_they_stand_beside() {
    let text = read("README.md") + &read("docs/ci.md");
    let version = concat!("v", env!("CARGO_PKG_VERSION"));
    let named = regex::Regex::new(r"\bv[0-9]+\.[0-9]+\.[0-9]+").unwrap();
    let mut count = 0;
    for named in named.find_iter(&text) {
        assert_eq!(named.as_str(), version);
        count += 1;
    }
    assert!(count > 5, "{count}");
}

#[test]
fn the_examples_of_pre_commit_run() {
    let mut count = 0;
    for example in examples() {
        for hook_use in example["repos"]
            .as_sequence()
            .into_iter()
            .flatten()
            .flat_map(|repository| repository["hooks"].as_sequence().unwrap())
        {
            assert_eq!(hook_use["id"], hook()["id"]);
            if let Some(files) = hook_use["files"].as_str() {
                assert!(regex::Regex::new(files).unwrap().is_match("legal/cookies.md"), "{files}");
            }
            let args = [hook_command(), words(&hook_use["args"]), vec!["legal/cookies.md".to_owned()]].concat();
            let output = run_in(repository().path(), &args);
            assert_eq!(output.status.code(), Some(0), "{args:?}: {output:?}");
            count += 1;
        }
    }
    assert!(count >= 3, "{count}");
}

#[cfg(unix)]
#[test]
fn the_examples_of_the_action_run() {
    let mut count = 0;
    for example in examples() {
        let steps = example["jobs"]["policy"]["steps"].as_sequence().or(example.as_sequence());
        let mut written = None;
        for step in steps.into_iter().flatten() {
            let uses = step["uses"].as_str().unwrap();
            if uses.starts_with("github/codeql-action/upload-sarif@") {
                assert_eq!(step["with"]["sarif_file"].as_str(), written.as_deref());
            }
            if !uses.starts_with("OWNER/clauselint@") {
                continue;
            }
            let with = step["with"].as_mapping().unwrap().iter();
            let given: Vec<(&str, &str)> =
                with.map(|(name, value)| (name.as_str().unwrap(), value.as_str().unwrap())).collect();
            let repository = repository();
            let (code, stdout, stderr) = run_check_step(&given, repository.path());
            assert_eq!((code, stderr.as_str()), (0, ""), "{given:?}: {stdout}");
            written = step["with"]["sarif"].as_str().map(str::to_owned);
            assert!(written.as_ref().is_none_or(|path| repository.path().join(path).exists()), "{written:?}");
            count += 1;
        }
    }
    assert!(count >= 3, "{count}");
}

#[test]
fn the_examples_of_scripts_run() {
    let mut count = 0;
    for example in examples() {
        for job in example.as_mapping().into_iter().flat_map(|jobs| jobs.values()) {
            let repository = repository();
            for command in words(&job["script"]) {
                let Some(args) = command.strip_prefix("clauselint ") else {
                    assert!(command.starts_with("cargo install --locked --git "), "not run: {command}");
                    continue;
                };
                let args: Vec<String> = args.split(' ').map(str::to_owned).collect();
                let output = run_in(repository.path(), &args);
                assert_eq!(output.status.code(), Some(0), "{command}: {output:?}");
                count += 1;
            }
            if let Some(report) = job["artifacts"]["reports"]["codequality"].as_str() {
                assert!(repository.path().join(report).exists(), "{report}");
            }
        }
    }
    assert!(count >= 1, "{count}");
}

#[test]
fn the_table_of_inputs_is_the_actions() {
    let listed: Vec<String> = read("docs/ci.md")
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next().map(str::to_owned))
        .collect();
    assert_eq!(listed, inputs().into_iter().map(|(name, _)| name).collect::<Vec<_>>());
}
