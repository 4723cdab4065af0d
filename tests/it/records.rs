//! `check --stdin-jsonl`: policies as records, each answered with a line.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::program::{JOKES, Outcome, Program, measured};

fn answers(input: impl Into<Vec<u8>>, args: &[&str]) -> Outcome {
    let program = Program::new().file("rules/jokes.yaml", JOKES).stdin(input);
    program.args(["check", "--stdin-jsonl", "--rules", "rules", "--select", "acme"].iter().chain(args)).run()
}

fn lines(outcome: &Outcome) -> Vec<Value> {
    outcome.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn an_answer_is_the_line_of_the_file_with_the_id_before_it() {
    let policies =
        [("a.md", "# Privacy\n\nJust kidding."), ("b.html", "<p>We keep data.</p>"), ("c", "Just joking, \"é\"")];
    let mut folder = Program::new().file("rules/jokes.yaml", JOKES);
    let mut input = String::new();
    for (id, text) in policies {
        folder = folder.file(id, text);
        writeln!(input, "{}", json!({"id": id, "text": text})).unwrap();
    }
    let names = policies.map(|(id, _)| id);
    let args = ["check", "--format", "jsonl", "--rules", "rules", "--select", "acme"];
    let files = folder.args(args.iter().chain(&names)).run();
    let outcome = answers(input, &[]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""));
    assert_eq!(outcome.code, files.code);
    let with_ids =
        files.stdout.lines().zip(names).map(|(line, id)| line.replacen('{', &format!("{{\"id\":\"{id}\","), 1));
    let last = files.stdout.lines().last().unwrap().to_owned();
    let expected: Vec<String> = with_ids.chain([last]).collect();
    assert_eq!(outcome.stdout.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn the_format_is_told_by_the_record_else_the_option_else_by_looking() {
    let input = "{\"id\": \"a\", \"text\": \"# Heading\", \"format\": \"html\"}\n{\"id\": \"b\", \"text\": \"# Heading\", \"format\": null}\n{\"id\": \"c.md\", \"text\": \"\"}";
    let formats = |args: &[&str]| -> Vec<Value> {
        lines(&answers(input, args)).iter().take(3).map(|line| line["format"].clone()).collect()
    };
    assert_eq!(formats(&["--input-format", "plain"]), ["html", "plain", "plain"]);
    assert_eq!(formats(&[]), ["html", "markdown", "markdown"]);
}

#[test]
fn bytes_come_in_base64() {
    // "Just kidding caf\xE9", which is no UTF-8, with padding and without.
    let input = "{\"id\":\"a\",\"base64\":\"SnVzdCBraWRkaW5nIGNhZuk=\"}\n{\"id\":\"b\",\"base64\":\"SnVzdCBraWRkaW5nIGNhZuk\"}\n";
    let outcome = answers(input, &[]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""));
    for answer in &lines(&outcome)[..2] {
        assert_eq!(answer["findings"][0]["rule"], "acme/jokes");
    }
}

#[test]
fn what_is_no_record_is_told_and_the_next_is_answered() {
    let bad = [
        ("", "it is no object"),
        ("[\"x\", null, \"text\", null]", "it is no object"),
        ("{\"id\": \"x\"", "EOF while parsing an object (column 10)"),
        ("{\"text\": \"x\"}", "missing field `id` (column 13)"),
        ("{\"id\": 7, \"text\": \"x\"}", "invalid type: integer `7`, expected a string (column 8)"),
        (
            "{\"id\": \"x\", \"txt\": \"x\"}",
            "unknown field `txt`, expected one of `id`, `format`, `text`, `base64` (column 17)",
        ),
        (
            "{\"id\": \"x\", \"text\": \"\", \"format\": \"pdf\"}",
            "unknown variant `pdf`, expected one of `markdown`, `html`, `plain` (column 39)",
        ),
        ("{\"id\": \"x\", \"text\": \"\\ud800\"}", "unexpected end of hex escape (column 28)"),
    ];
    let mut input: String = bad.iter().map(|(line, _)| format!("{line}\n")).collect();
    input.push_str("{\"id\": \"both\", \"text\": \"\", \"base64\": \"\"}\n{\"id\": \"none\"}\n{\"id\": \"odd\", \"base64\": \"?\"}\n");
    input.push_str("{\"id\": \"good\", \"text\": \"Just kidding.\"}\r\n");
    let outcome = answers(input, &[]);
    let told = lines(&outcome);
    for (idx, (line, mistake)) in bad.iter().enumerate() {
        let error = format!("expected an object with `id` and either `text` or `base64`: {mistake}");
        // The id is told where the line is an object that has one.
        let id = ["txt", "pdf", "ud800"].iter().any(|wrong| line.contains(wrong)).then_some("x");
        assert_eq!(told[idx], json!({"id": id, "line": idx + 1, "error": error}), "{line}");
    }
    let error = |idx: usize| (told[idx]["id"].as_str().unwrap(), told[idx]["error"].as_str().unwrap());
    let expected = "expected an object with `id` and either `text` or `base64`";
    assert_eq!(error(8), ("both", format!("{expected}: both are there").as_str()));
    assert_eq!(error(9), ("none", format!("{expected}: neither is there").as_str()));
    assert_eq!(error(10), ("odd", "expected base64 in `base64`: Invalid symbol 63, offset 0."));
    assert_eq!((&told[11]["id"], &told[11]["findings"][0]["rule"]), (&"good".into(), &"acme/jokes".into()));
    assert_eq!(told[12]["summary"], json!({"files": 1, "errors": 1, "warnings": 0, "advice": 0, "refused": 11}));
    assert_eq!(told.len(), 13);
    assert_eq!(outcome.code, 2);
    assert_eq!(
        outcome.stderr,
        "error: 11 lines are no policies; their answers say what was expected; the first is line 1\n"
    );
}

#[test]
fn a_line_that_is_too_long_is_refused_and_not_kept() {
    let mut input = b"{\"id\": \"a\", \"text\": \"".to_vec();
    input.resize((16 << 20) + 1, b' ');
    input.extend(b"\"}\n{\"id\": \"b\", \"text\": \"Just kidding.\"}");
    let outcome = answers(input, &[]);
    let told = lines(&outcome);
    assert_eq!(told[0], json!({"id": null, "line": 1, "error": "expected a line of at most 16777216 bytes"}));
    assert_eq!((&told[1]["id"], outcome.code), (&"b".into(), 2));
    assert_eq!(outcome.stderr, "error: line 1 is no policy; its answer says what was expected\n");
}

/// Some programs begin a text with a byte order mark; it is no part of a record, and none may stand elsewhere.
#[test]
fn a_byte_order_mark_before_the_first_record_is_left_out() {
    let input = "\u{FEFF}{\"id\": \"a\", \"text\": \"\"}\n\u{FEFF}{\"id\": \"b\", \"text\": \"\"}\n";
    let outcome = answers(input, &[]);
    let told = lines(&outcome);
    assert_eq!((&told[0]["id"], told[0].get("error")), (&"a".into(), None));
    assert_eq!((&told[1]["id"], told[1]["line"].as_u64(), outcome.code), (&Value::Null, Some(2), 2));
}

#[test]
fn a_policy_that_is_larger_than_the_limit_is_refused() {
    let input = "{\"id\": \"a\", \"text\": \"eleven char\"}\n{\"id\": \"b\", \"base64\": \"SnVzdCBraWRkaW5n\"}\n";
    let outcome = answers(input, &["--max-file-size", "11"]);
    let told = lines(&outcome);
    assert_eq!((&told[0]["id"], told[0].get("error")), (&"a".into(), None));
    assert_eq!(told[1]["error"], "expected a policy of at most 11 bytes: it has 12 bytes");
    assert_eq!(told[2]["summary"]["refused"], 1);
}

/// What can't be read to its end has no last answer, which tells that nothing is missing.
#[cfg(unix)]
#[test]
fn an_input_that_breaks_has_no_last_answer() {
    let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin!("clauselint"));
    command.env_clear().envs(measured()).args(["check", "--no-config", "--stdin-jsonl"]);
    let output = command.stdin(std::fs::File::open("/").unwrap()).output().unwrap();
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(2), &b""[..]));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "error: can't read standard input: it is a folder\n");
}

#[test]
fn nothing_in_gives_the_summary_alone() {
    let outcome = answers("", &[]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    assert_eq!(lines(&outcome).len(), 1);
    assert_eq!(lines(&outcome)[0]["summary"]["files"], 0);
}

#[test]
fn a_policy_in_a_language_that_is_not_read_is_told_in_the_end() {
    let dutch = "Wij verwerken uw persoonsgegevens alleen voor zover dat nodig is om onze diensten te leveren. U hebt het recht \
                 om uw gegevens in te zien, te laten verbeteren en te laten wissen. Een klacht kunt u indienen bij de \
                 Autoriteit Persoonsgegevens. Wij plaatsen geen cookies, en wij geven uw gegevens niet door aan anderen.";
    let outcome = answers(json!({"id": "a", "text": dutch}).to_string(), &[]);
    assert_eq!((&lines(&outcome)[0]["language"], outcome.code), (&"nl".into(), 2));
    assert_eq!(
        outcome.stderr,
        "error: 1 policy is written in a language that the rules don't read, so it was not checked\n"
    );
}

#[test]
fn answers_are_the_same_for_any_number_of_threads() {
    let mut input = String::new();
    for idx in 0..60 {
        let text = "Just kidding. We keep data.\n\n".repeat(if idx % 20 == 0 { 60 } else { idx % 3 });
        writeln!(input, "{}", json!({"id": idx.to_string(), "text": text})).unwrap();
    }
    let report = |threads: &str| answers(input.as_str(), &["--threads", threads]).stdout;
    let one = report("1");
    assert_eq!(one.lines().count(), 61);
    assert_eq!(one, report("4"));
}

#[test]
fn records_are_not_asked_for_together_with_files() {
    for args in
        [&["a.md"][..], &["--format", "json"], &["--output", "json=a.json"], &["--baseline", "a.json"], &["--prune"]]
    {
        let outcome = answers("", args);
        assert_eq!(outcome.code, 2, "{args:?}");
        assert!(outcome.stderr.contains("cannot be used with"), "{}", outcome.stderr);
    }
}

/// An engine writes a line and reads the answer before it writes the next: neither waits for ever. When it reads no more,
/// the program ends, though more lines could come.
#[cfg(unix)]
#[test]
fn each_line_is_answered_before_the_next_comes() {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::process::{Command, Stdio};

    for threads in ["1", "3"] {
        let mut child = Command::new(assert_cmd::cargo::cargo_bin!("clauselint"))
            .env_clear()
            .envs(measured())
            .args(["check", "--no-config", "--stdin-jsonl", "--threads", threads])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        for idx in 0..5 {
            writeln!(stdin, "{{\"id\": \"{idx}\", \"text\": \"We keep data.\"}}").unwrap();
            let mut answer = String::new();
            stdout.read_line(&mut answer).unwrap();
            assert!(answer.starts_with(&format!("{{\"id\":\"{idx}\",")), "{answer}");
        }
        drop(stdout);
        writeln!(stdin, "{{\"id\": \"last\", \"text\": \"We keep data.\"}}").unwrap();
        let stderr = child.stderr.take().unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(1));
        assert_eq!(std::io::read_to_string(stderr).unwrap(), "");
        drop(stdin);
    }
}
