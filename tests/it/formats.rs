//! The formats of a report: what each looks like, that programs can read it back, and that nothing that a document, a
//! file name or a rule file says changes its structure.

use std::collections::BTreeSet;

use pulldown_cmark::{Event, Options, Parser, Tag};
use serde_json::Value;

use crate::program::{Folder, JOKES, Outcome, Program, root};

const FORMATS: [&str; 11] =
    ["full", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "checkstyle", "markdown", "csv"];

/// Rules of our own beside the built-in ones: an error, an advice, and a disclosure with a value.
const RULES: [(&str, &str); 3] = [
    (
        "rules/jokes.yaml",
        "\
id: acme/jokes
title: Jokes
kind: forbidden
severity: error
cite: [House style, House rules]
why: Readers do not laugh.
forbidden: ['just (kidding|joking)']
message: {found: a joke stands in the policy}
help: Take the joke out.
draft: |
  We mean ```every``` word.
  Signed: {name}
examples: {found: ['Just kidding.'], clean: ['We keep data.']}
",
    ),
    (
        "rules/never.yaml",
        "\
id: acme/never
title: Promises
kind: forbidden
severity: advice
cite: [House style]
why: Things change.
forbidden: ['never']
message: {found: '\"never\" is a long time'}
help: Say when.
examples: {found: ['We never do.'], clean: ['We keep data.']}
",
    ),
    (
        "rules/sharing.yaml",
        "\
id: acme/sharing
title: Sharing
kind: disclosure
severity: error
cite: [House style]
why: Readers ask.
evidence:
  - {phrase: 'never ...3 share', value: none}
vague: ['sharing']
values: [none]
message: {missing: nothing is said of sharing, vague: sharing is named}
help: Say whether you share.
examples:
  disclosed: [{text: 'We never share it.', value: none}]
  vague: ['Sharing.']
  missing: ['We keep data.']
",
    ),
];

const POLICY: &str = "\
# Privacy

Not so long ago, 😀 we were just
kidding; now we are just joking.

We never, ever share it.
";

fn with_rules(program: Program) -> Program {
    RULES.iter().fold(program, |program, (name, text)| program.file(name, text)).args(["check", "--rules", "rules"])
}

fn check(policy: &str, args: &[&str]) -> Outcome {
    let outcome = with_rules(Program::new()).file("a b.md", policy).args(["a b.md"]).args(args).run();
    assert_eq!(outcome.stderr, "");
    outcome
}

/// A report on two small policies, by our own rules alone, so that it stays when a built-in rule changes.
fn small_report(format: &str) -> String {
    let program = with_rules(Program::new()).file("a b.md", POLICY).file("c.md", "# Notice\n\nWe keep data.\n");
    let outcome = program.args(["--select", "acme", "--format", format, "a b.md", "./c.md"]).run();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""), "{format}");
    outcome.stdout
}

fn parsed(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

fn items(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

/// The values of a list that our own rules gave.
fn ours(list: &Value, id: &str) -> Vec<Value> {
    let is_ours = |value: &&Value| value[id].as_str().unwrap().starts_with("acme/");
    items(list).iter().filter(is_ours).cloned().collect()
}

#[test]
fn github_annotations() {
    insta::assert_snapshot!(small_report("github"));
}

#[test]
fn gitlab_code_quality() {
    insta::assert_snapshot!(small_report("gitlab"));
}

#[test]
fn junit_xml() {
    insta::assert_snapshot!(small_report("junit"));
}

#[test]
fn checkstyle_xml() {
    insta::assert_snapshot!(small_report("checkstyle"));
}

#[test]
fn markdown_tables() {
    insta::assert_snapshot!(small_report("markdown"));
}

#[test]
fn the_table_of_many_policies() {
    let table = small_report("csv");
    assert_eq!(table.matches("\r\n").count(), 3);
    insta::assert_snapshot!(table);
}

/// The lines are the parts of the JSON report, which has a test of its shape.
#[test]
fn lines_of_json() {
    let report = |format: &str| Program::in_repository().args(["check", "--format", format, "fixtures"]).run().stdout;
    let mut json = parsed(&report("json"));
    let lines: Vec<Value> = report("jsonl").lines().map(parsed).collect();
    let (last, files) = lines.split_last().unwrap();
    assert_eq!(files.len(), 7);
    assert_eq!(json["files"], Value::from(files));
    json.as_object_mut().unwrap().remove("files");
    assert_eq!(&json, last);
}

#[test]
fn sarif() {
    let report = small_report("sarif").replace(env!("CARGO_PKG_VERSION"), "VERSION");
    insta::assert_snapshot!(report);
    for result in items(&parsed(&report)["runs"][0]["results"]) {
        let place = &result["locations"][0]["physicalLocation"];
        let number = |key: &str| usize::try_from(place["region"][key].as_u64().unwrap()).unwrap();
        if place["artifactLocation"]["uri"] == "a%20b.md" {
            let words = &POLICY[number("byteOffset")..][..number("byteLength")];
            assert_eq!(words, place["region"]["snippet"]["text"]);
        }
    }
}

/// The types are made from the published schema: what they don't know is lost, what they lack is an error.
#[test]
fn sarif_is_read_back_without_loss() {
    // A folder of further policies can be named, relative to the repository.
    let further = std::env::var_os("CLAUSELINT_POLICIES").map(|folder| root().join(folder));
    let folders = std::iter::once(root().join("fixtures")).chain(further);
    let files = folders.flat_map(|folder| std::fs::read_dir(folder).unwrap());
    for path in files.map(|entry| entry.unwrap().path()) {
        let written = Program::new().args(["check", "--format", "sarif"]).args([&path]).run().stdout;
        let read: serde_sarif::sarif::Sarif = serde_json::from_str(&written).unwrap();
        assert_eq!(parsed(&written), serde_json::to_value(&read).unwrap(), "{}", path.display());
    }
}

#[test]
fn a_vague_disclosure_has_related_locations() {
    let log = parsed(&check("Sharing.\n\nMore sharing.\n\nStill sharing.", &["--format", "sarif"]).stdout);
    let result = &ours(&log["runs"][0]["results"], "ruleId")[0];
    assert_eq!((&result["ruleId"], &result["level"]), (&"acme/sharing".into(), &"warning".into()));
    let related = items(&result["relatedLocations"]);
    assert_eq!(related.len(), 2);
    assert_eq!(related[0]["physicalLocation"]["region"]["startLine"], 3);
    assert_eq!(related[0]["message"]["text"], "and here");
}

#[test]
fn gitlab_fingerprints_are_unique_in_the_report() {
    let program = with_rules(Program::new()).file("a.md", "Just kidding. Just kidding.").file("b.md", "Just kidding.");
    let outcome = program.args(["--format", "gitlab", "a.md", "./b.md"]).run();
    let report = parsed(&outcome.stdout);
    let of = |key: &str| -> Vec<&str> { items(&report).iter().map(|issue| issue[key].as_str().unwrap()).collect() };
    let fingerprints: BTreeSet<&str> = of("fingerprint").into_iter().collect();
    assert_eq!(fingerprints.len(), items(&report).len());
    assert_eq!(of("check_name").iter().filter(|rule| **rule == "acme/jokes").count(), 3);
    let paths: BTreeSet<&str> =
        items(&report).iter().map(|issue| issue["location"]["path"].as_str().unwrap()).collect();
    assert_eq!(paths, BTreeSet::from(["a.md", "b.md"]));
}

#[test]
fn advice_is_a_notice_a_note_and_info() {
    let report = |format: &str| check("We never do.", &["--format", format]).stdout;
    assert!(report("github").contains("::notice file=a b.md,line=1,endLine=1,col=4,endColumn=9,title=Promises (acme/never)::\"never\" is a long time%0ASay when.%0Asee House style\n"));
    assert_eq!(ours(&parsed(&report("sarif"))["runs"][0]["results"], "ruleId")[1]["level"], "note");
    assert!(report("gitlab").contains("\"severity\": \"info\""));
    assert!(report("checkstyle").contains("severity=\"info\" message=\"&quot;never&quot; is a long time\""));
    assert!(report("markdown").contains("| 1:4 | advice | `acme/never` | \"never\" is a long time |"));
}

/// A finding over two lines has no columns: GitHub takes none there.
#[test]
fn github_gets_columns_within_one_line_only() {
    let stdout = check("We are just\nkidding.", &["--format", "github"]).stdout;
    assert!(stdout.contains("::error file=a b.md,line=1,endLine=2,title=Jokes (acme/jokes)::"), "{stdout}");
}

#[test]
fn junit_counts_what_it_holds_and_skips_what_was_not_asked() {
    let dutch = "# Privacy\n\nWij verwerken uw persoonsgegevens alleen voor zover dat nodig is om onze diensten te leveren. U hebt het recht om \
                 uw gegevens in te zien, te laten verbeteren en te laten wissen. Een klacht kunt u indienen bij de Autoriteit \
                 Persoonsgegevens. Wij plaatsen geen cookies, en wij geven uw gegevens niet door aan anderen.\n";
    let program = with_rules(Program::new()).file("a.md", "Just kidding. We never, ever share it.").file("b.md", dutch);
    let outcome = program.args(["--format", "junit", "a.md", "b.md"]).run();
    assert_eq!(outcome.code, 2);
    let xml = roxmltree::Document::parse(&outcome.stdout).unwrap();
    let named = |name: &'static str| xml.descendants().filter(move |node| node.has_tag_name(name));
    let suites: Vec<roxmltree::Node<'_, '_>> = named("testsuite").collect();
    for (attribute, element) in [("tests", "testcase"), ("failures", "failure"), ("skipped", "skipped")] {
        let count =
            |node: &roxmltree::Node<'_, '_>| node.descendants().filter(|node| node.has_tag_name(element)).count();
        for node in suites.iter().copied().chain(named("testsuites")) {
            assert_eq!(node.attribute(attribute), Some(count(&node).to_string().as_str()), "{attribute}");
        }
    }
    let case = |suite: usize, rule: &str| {
        let case = suites[suite].children().find(|node| node.attribute("name") == Some(rule)).unwrap();
        case.children().find(roxmltree::Node::is_element).map(|node| node.tag_name().name().to_owned())
    };
    assert_eq!(case(0, "acme/jokes").as_deref(), Some("failure"));
    assert_eq!(case(0, "acme/sharing"), None);
    assert_eq!(case(0, "gdpr/transfer-safeguards").as_deref(), Some("skipped"));
    assert_eq!(case(1, "acme/jokes").as_deref(), Some("skipped"));
    assert_eq!(suites[1].attribute("failures"), Some("0"));
}

/// A rule that is off for all policies is not listed at all; one that is off for some is not told of those.
#[test]
fn a_rule_that_is_off_is_not_listed() {
    let config = "\
rules: {acme/jokes: off, caloppa/dnt-stance: off}
overrides:
  - {paths: [b.md], rules: {acme/sharing: off}}
";
    let report = |format: &str| {
        let program = with_rules(Program::new()).file("clauselint.yaml", config).file("b.md", "We never share.");
        let outcome = program.file("a.md", "Just sharing.").args(["--format", format, "a.md", "b.md"]).run();
        assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""));
        outcome.stdout
    };
    let log = parsed(&report("sarif"));
    let rules = &log["runs"][0]["tool"]["driver"]["rules"];
    let ids: Vec<Value> = ours(rules, "id").into_iter().map(|rule| rule["id"].clone()).collect();
    assert_eq!(ids, ["acme/never", "acme/sharing"]);
    for result in items(&log["runs"][0]["results"]) {
        assert_eq!(rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()]["id"], result["ruleId"]);
    }

    let csv = report("csv");
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let column = reader.headers().unwrap().iter().position(|id| id == "acme/sharing").unwrap();
    assert!(!csv.contains("caloppa/dnt-stance"));
    let cells: Vec<String> = reader.records().map(|row| row.unwrap()[column].to_owned()).collect();
    assert_eq!(cells, ["vague", ""]);

    let junit = report("junit");
    let xml = roxmltree::Document::parse(&junit).unwrap();
    let suites = xml.descendants().filter(|node| node.has_tag_name("testsuite"));
    let ours = suites.map(|suite| {
        let names = suite.descendants().filter_map(|node| node.attribute("name"));
        names.filter(|name| name.starts_with("acme/")).collect::<Vec<_>>()
    });
    assert_eq!(ours.collect::<Vec<_>>(), [vec!["acme/never", "acme/sharing"], vec!["acme/never"]]);
}

#[test]
fn every_format_gives_the_same_bytes_again() {
    for format in FORMATS {
        let once = || Program::in_repository().args(["check", "--format", format, "fixtures"]).run().stdout;
        assert_eq!(once(), once(), "{format}");
    }
}

/// A program that reads a report gets one also where there was nothing to check.
#[test]
fn where_nothing_could_be_read_a_report_still_has_its_form() {
    let report = |format: &str| {
        let outcome = Program::new().args(["check", "--format", format, "gone.md"]).run();
        assert_eq!(outcome.code, 2, "{format}");
        outcome.stdout
    };
    for format in ["json", "jsonl", "sarif", "gitlab"] {
        parsed(&report(format));
    }
    for format in ["junit", "checkstyle"] {
        roxmltree::Document::parse(&report(format)).unwrap();
    }
    assert_eq!(report("csv").lines().count(), 1);
    assert_eq!(report("markdown"), "**clauselint:** no file was checked\n");
    assert_eq!((report("full"), report("concise"), report("github")), Default::default());
}

#[cfg(unix)]
mod hostile {
    use super::*;

    /// What every hostile text has. In the document it stands in one clause with the words that the rules find.
    const WORDS: &str = "\u{1b}[31m ::error::owned ##[error]owned ]]> =cmd|calc <script>alert(1)</script> <!-- x @someone \
                         | `code` ``` [link](http://evil.example) ![image](x) www.evil.example a@evil.example #1 &lt; & \
                         \"quoted\" 100%0Aowned a,b;c \u{9b}31m \u{202e}back {0} \\| \\";

    /// A clause of the document, short enough to be quoted whole.
    const CLAUSE: &str =
        "Just kidding <script>x</script> | ``` [l](http://evil) ![i](y) @someone ]]> ::error::x &lt; \u{1b}[2J";

    const NAME: &str = "=cmd|calc, 100%25 @someone\n::error::owned\r\n[link](http:x) `<script>` ]]> \"&\u{1b}[31m.md";

    /// A rule file that says hostile things wherever it may say anything.
    fn rule(id: &str, kind: &str) -> String {
        let text = |lead: &str| {
            let quoted = serde_json::to_string(&format!("{lead}\r\n::error::owned\n{WORDS}\n| x |")).unwrap();
            quoted.replace('\u{9b}', "\\u009b")
        };
        format!(
            "id: acme/{id}\ntitle: {}\nseverity: error\ncite: [{}]\nwhy: {}\nhelp: {}\ndraft: {}\n{kind}",
            text("=title"),
            text("+cite"),
            text("-why"),
            text("@help"),
            text("```\ndraft"),
        )
        .replace("MESSAGE", &text("=message"))
        .replace("VALUE", &text("@value"))
    }

    fn run(format: &str) -> String {
        let forbidden = "kind: forbidden\nforbidden: ['just kidding']\nmessage: {found: MESSAGE}\n\
                         examples: {found: ['Just kidding.'], clean: ['We keep data.']}\n";
        let disclosure = "kind: disclosure\nevidence: [{phrase: 'kidding', value: VALUE}]\nvalues: [VALUE]\n\
                          message: {missing: MESSAGE}\n\
                          examples: {disclosed: [{text: 'Just kidding.', value: VALUE}], missing: ['We keep data.']}\n";
        // The heading is where what is missing would stand; the clause is what is found.
        let html = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
        let policy = format!("<h1>{}</h1><p>{}</p>", html(WORDS), html(CLAUSE));
        let outcome = Program::new()
            .file("rules/a.yaml", rule("words", forbidden))
            .file("rules/b.yaml", rule("value", disclosure))
            .file(NAME, policy)
            .file("plain.md", "We keep data.")
            .args(["check", "--input-format", "html", "--rules", "rules", "--format", format, NAME, "plain.md"])
            .run();
        assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""), "{format}");
        outcome.stdout
    }

    /// How many findings there are, by a format that the others are held against.
    fn findings() -> usize {
        let json = parsed(&run("json"));
        assert_eq!(json["files"][0]["path"], NAME);
        let disclosures = ours(&json["files"][0]["disclosures"], "id");
        assert_eq!(disclosures[0]["evidence"][0]["text"], CLAUSE.replace('\u{1b}', ""));
        items(&json["files"]).iter().map(|file| items(&file["findings"]).len()).sum()
    }

    #[test]
    fn json_forms_keep_their_shape_and_every_word() {
        let count = findings();
        let lines: Vec<Value> = run("jsonl").lines().map(parsed).collect();
        assert_eq!((lines.len(), &lines[0]["path"]), (3, &NAME.into()));

        let issues = parsed(&run("gitlab"));
        assert_eq!(items(&issues).len(), count);
        let issue = &ours(&issues, "check_name")[0];
        assert_eq!(issue["location"]["path"], NAME);
        assert!(issue["description"].as_str().unwrap().contains(WORDS));

        let written = run("sarif");
        let read: serde_sarif::sarif::Sarif = serde_json::from_str(&written).unwrap();
        assert_eq!(parsed(&written), serde_json::to_value(&read).unwrap());
        let results = &parsed(&written)["runs"][0]["results"];
        assert_eq!(items(results).len(), count);
        let result = &ours(results, "ruleId")[0];
        let location = &result["locations"][0]["physicalLocation"];
        assert_eq!(
            location["artifactLocation"]["uri"],
            "%3Dcmd%7Ccalc%2C%20100%2525%20%40someone%0A%3A%3Aerror%3A%3Aowned%0D%0A%5Blink%5D%28http%3Ax%29%20%60\
             %3Cscript%3E%60%20%5D%5D%3E%20%22%26%1B%5B31m.md"
        );
        // SARIF makes links of `[text](target)` also in plain text.
        let message = result["message"]["text"].as_str().unwrap();
        assert!(message.contains("[link]") && !message.contains("]("), "{message}");
        let help = ours(&parsed(&written)["runs"][0]["tool"]["driver"]["rules"], "id")[0]["help"].clone();
        let mut code = String::new();
        for event in Parser::new_ext(help["markdown"].as_str().unwrap(), Options::ENABLE_TABLES) {
            match event {
                Event::Start(Tag::Paragraph | Tag::CodeBlock(_)) | Event::End(_) => {}
                Event::Text(text) => code = text.into_string(),
                other => panic!("{other:?}"),
            }
        }
        // The draft comes last, whole, in a block that its own fences don't close.
        assert!(code.ends_with("| x |\n"), "{code}");
    }

    #[test]
    fn text_for_people_has_no_commands_of_a_terminal() {
        for format in ["full", "concise"] {
            let stdout = run(format);
            let acting = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
            assert!(!stdout.contains(acting), "{format}: {stdout:?}");
            assert!(stdout.contains("?[31m ::error::owned"), "{format}");
        }
        let lines = run("concise");
        assert_eq!(lines.lines().count(), findings());
        assert!(lines.lines().all(|line| line.starts_with("=cmd|calc, 100%25") || line.starts_with("plain.md:")));
    }

    #[test]
    fn lines_of_commands_are_all_ours() {
        let stdout = run("github");
        assert_eq!(stdout.lines().count(), findings());
        for line in stdout.split(['\n', '\r']).filter(|line| !line.is_empty()) {
            let commands = ["::error file=", "::warning file=", "::notice file="];
            let rest = commands.iter().find_map(|command| line.strip_prefix(command)).expect(line);
            // The properties end at the first colons; theirs are escaped, and so are their commas.
            let (properties, message) = rest.split_once("::").unwrap();
            assert_eq!(properties.split(',').count(), 6, "{properties}");
            assert!(message.len() > 20, "{message}");
            assert!(!line.contains(char::is_control), "{line:?}");
        }
        assert!(stdout.contains("::error file==cmd|calc%2C 100%2525 @someone%0A%3A%3Aerror%3A%3Aowned"));
        assert!(stdout.contains("%0A?[31m ::error::owned ##[error]owned ]]> =cmd|calc"));
    }

    #[test]
    fn xml_stays_well_formed_and_keeps_its_elements() {
        for (format, element, text) in [("junit", "testcase", "failure"), ("checkstyle", "error", "error")] {
            let stdout = run(format);
            let xml = roxmltree::Document::parse(&stdout).unwrap();
            let names: BTreeSet<&str> =
                xml.descendants().filter(roxmltree::Node::is_element).map(|node| node.tag_name().name()).collect();
            let expected = match format {
                "junit" => &["failure", "skipped", "testcase", "testsuite", "testsuites"][..],
                _ => &["checkstyle", "error", "file"],
            };
            assert_eq!(names.into_iter().collect::<Vec<_>>(), expected);
            assert!(xml.descendants().filter(|node| node.has_tag_name(element)).count() >= findings());
            let told =
                xml.descendants().filter(|node| node.has_tag_name(text)).filter_map(|node| node.attribute("message"));
            let ours: Vec<&str> = told.filter(|message| message.starts_with("=message")).collect();
            assert!(!ours.is_empty() && ours.iter().all(|message| message.contains("\n::error::owned\n?[31m ::error")));
            assert!(ours[0].contains("]]> =cmd|calc <script>alert(1)</script>"), "{}", ours[0]);
            assert!(!stdout.contains(|c: char| c.is_control() && c != '\n'), "{stdout:?}");
        }
    }

    #[test]
    fn markdown_has_no_structure_but_ours() {
        let stdout = run("markdown");
        let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_GFM;
        let (mut rows, mut tables, mut headings, mut text) = (0, 0, 0, String::new());
        for event in Parser::new_ext(&stdout, options) {
            match event {
                Event::Start(Tag::TableRow) => rows += 1,
                Event::Start(Tag::Table(columns)) => {
                    tables += 1;
                    assert_eq!(columns.len(), 4);
                }
                Event::Start(Tag::Heading { .. }) => headings += 1,
                Event::Start(Tag::Paragraph | Tag::TableHead | Tag::TableCell | Tag::Strong | Tag::HtmlBlock)
                | Event::End(_)
                | Event::Code(_) => {}
                Event::Html(html) => {
                    let ours = ["<details>", "</details>", "<summary>Disclosures: "];
                    assert!(ours.iter().any(|start| html.starts_with(start)), "{html}");
                }
                Event::Text(words) => text.push_str(&words),
                other => panic!("{other:?}"),
            }
        }
        let disclosures = items(&parsed(&run("json"))["files"][0]["disclosures"]).len();
        assert_eq!((tables, headings, rows), (4, 2, findings() + 2 * disclosures));
        assert!(text.replace('\u{200b}', "").contains(&CLAUSE[..70]), "{text}");
        // A space of no width keeps services from making links and mentions of what is only text.
        for linked in ["@someone", "http://evil", "www.evil", "a@evil", "#1"] {
            assert!(!text.contains(linked), "{linked}");
            assert!(text.replace('\u{200b}', "").contains(linked), "{linked}");
        }
        for words in ["::error::owned", "| `code` ``` [link](", "<script>alert(1)</script>", "![image](x)", "&lt; &"] {
            assert!(text.replace('\u{200b}', "").contains(words), "{words}");
        }
    }

    #[test]
    fn a_table_keeps_its_cells_and_no_cell_is_a_formula() {
        let stdout = run("csv");
        let mut reader = csv::Reader::from_reader(stdout.as_bytes());
        let columns = reader.headers().unwrap().len();
        let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
        assert_eq!(rows.len(), 2);
        assert!(rows.iter().all(|row| row.len() == columns));
        assert!(rows.iter().flatten().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', ' '])));
        assert!(rows[0][0].starts_with("'=cmd|calc, 100%25 @someone\n::error::owned"), "{:?}", &rows[0][0]);
        let cell = rows[0].iter().find(|cell| cell.contains("@value")).unwrap();
        assert!(cell.starts_with("disclosed (@value") && cell.contains("\"quoted\" 100%0Aowned a,b;c"), "{cell:?}");
        assert!(!stdout.contains('\u{1b}'));
    }
}

#[test]
fn several_reports_at_once() {
    let program = with_rules(Program::new()).file("a.md", "Just kidding.").file("out/old.sarif", "old");
    let outcome =
        program.args(["--output", "sarif=out/old.sarif", "--output", "full=out/a=b.txt", "--color", "always"]);
    let outcome = outcome.args(["--format", "concise", "a.md"]);
    let (old, text) = (outcome.path("out/old.sarif"), outcome.path("out/a=b.txt"));
    let (_folder, outcome) = (outcome.folder(), outcome.run());
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""));
    assert!(outcome.stdout.contains("a.md:1:1: error[acme/jokes] a joke stands in the policy\n"));
    let read = |path| std::fs::read_to_string(path).unwrap();
    assert_eq!(parsed(&read(&old))["version"], "2.1.0");
    // Colours are for terminals.
    assert!(read(&text).contains("acme/jokes") && !read(&text).contains('\u{1b}'));
    let names = std::fs::read_dir(old.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(names.collect::<BTreeSet<_>>(), BTreeSet::from(["a=b.txt".into(), "old.sarif".into()]));
}

#[test]
fn standard_output_is_a_file_as_well() {
    let report = |args: &[&str]| check("Just kidding.", args).stdout;
    let (full, jsonl) = (report(&[]), report(&["--format", "jsonl"]));
    assert_eq!(report(&["--format", "full", "--output", "jsonl=-"]), format!("{full}{jsonl}"));
    assert_eq!(report(&["--output", "jsonl=-"]), jsonl);
}

#[test]
fn a_report_that_cannot_be_written_leaves_the_old_one_and_the_others() {
    let program = with_rules(Program::new()).file("a.md", "Just kidding.").file("folder/x", "");
    let program = program.args(["--output", "json=gone/a.json", "--output", "json=folder", "--output", "csv=a.csv"]);
    let csv = program.path("a.csv");
    let program = program.args(["--format", "concise", "a.md"]);
    let (_folder, outcome) = (program.folder(), program.run());
    assert_eq!(outcome.code, 2);
    assert_eq!(
        outcome.stderr,
        "error: can't write `gone/a.json`: there is no such folder\nerror: can't write `folder`: it is a folder\n"
    );
    assert!(outcome.stdout.contains("error[acme/jokes]"));
    assert!(std::fs::read_to_string(csv).unwrap().starts_with("file,language,"));
}

/// A device that takes no byte more stands for a full disk.
#[cfg(target_os = "linux")]
#[test]
fn devices_are_written_to_and_links_followed() {
    use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _, symlink};
    let program = with_rules(Program::new()).file("a.md", "Just kidding.").file("real.json", "old");
    symlink(program.path("real.json"), program.path("link.json")).unwrap();
    let (real, link) = (program.path("real.json"), program.path("link.json"));
    let program = program.args(["--output", "json=link.json", "--output", "json=/dev/full", "--format", "concise"]);
    let program = program.args(["--output", "json=/dev/null", "a.md"]);
    let (_folder, outcome) = (program.folder(), program.run());
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.starts_with("error: can't write `/dev/full`: "), "{}", outcome.stderr);
    assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
    assert!(std::fs::metadata("/dev/null").unwrap().file_type().is_char_device());
    assert!(std::fs::symlink_metadata(link).unwrap().is_symlink());
    assert_eq!(parsed(&std::fs::read_to_string(&real).unwrap())["version"], 1);
    let beside = std::fs::metadata(real.with_file_name("a.md")).unwrap().permissions();
    assert_eq!(std::fs::metadata(real).unwrap().permissions().mode(), beside.mode());
}

/// A report that took the place of what is checked would be the loss of it.
#[test]
fn a_report_replaces_nothing_that_is_read_and_no_other_report() {
    let folder = Folder::new().file("rules/jokes.yaml", JOKES).file("a.md", "Just kidding.").file(
        "clauselint.suppressions.yaml",
        "suppressions:\n  - fingerprint: '0000000000000000'\n    rule: acme/jokes\n    reason: unused\n",
    );
    folder.write("clauselint.yaml", "packs: {gdpr: off}\n");
    assert_eq!(folder.run(["check", "--rules", "rules", "--write-baseline=base.json", "a.md"]).code, 0);
    let check = |outputs: &[&str]| {
        let outputs = outputs.iter().flat_map(|output| ["--output", output]);
        let args = ["check", "--rules", "rules", "--baseline", "base.json", "a.md"];
        folder.run(args.into_iter().chain(outputs))
    };
    for (file, told) in [
        ("a.md", "the policy `a.md`"),
        ("./rules/../a.md", "the policy `a.md`"),
        ("clauselint.yaml", "the configuration `clauselint.yaml`"),
        ("clauselint.suppressions.yaml", "the suppressions file `clauselint.suppressions.yaml`"),
        ("rules/jokes.yaml", "the rule file `rules/jokes.yaml`"),
        ("base.json", "the baseline `base.json`"),
    ] {
        let before = folder.read(file);
        let outcome = check(&["csv=new.csv", &format!("json={file}")]);
        let told =
            format!("error: `--output json={file}` would replace {told}, which this run reads; name another file\n");
        assert_eq!((outcome.code, outcome.stdout.as_str(), outcome.stderr), (2, "", told));
        assert_eq!(folder.read(file), before);
    }
    let outcome = check(&["csv=new.csv", "json=./rules/../new.csv"]);
    let told = "error: `--output csv=new.csv` and `--output json=./rules/../new.csv` name the same file; name another for \
                one of them\n";
    assert_eq!((outcome.code, outcome.stdout.as_str(), outcome.stderr.as_str()), (2, "", told));
    assert!(!folder.path("new.csv").exists());
}

/// The second run would check the report of the first one, and refuse to replace what it checks.
#[test]
fn a_report_among_the_policies_is_no_policy() {
    let folder = Folder::new().file("rules/jokes.yaml", JOKES).file("legal/a.md", "Just kidding.");
    let run = |path: &str| {
        let output = ["--output", "markdown=legal/report.md"];
        let args = ["check", "--rules", "rules", "--select", "acme", "--format", "concise", path];
        folder.run(args.iter().chain(&output))
    };
    let (first, second) = (run("legal"), run("legal"));
    assert_eq!((first.code, first.stderr.as_str()), (1, ""));
    assert_eq!((second.code, second.stdout), (1, first.stdout));
    // Who names it means it.
    let named = folder.run(["check", "--rules", "rules", "--select", "acme", "--format", "json", "legal/report.md"]);
    assert_eq!(parsed(&named.stdout)["files"].as_array().unwrap().len(), 1);
}

/// GitLab takes two findings of one fingerprint for one, and counts are of policies, not of their names.
#[test]
fn a_policy_that_is_given_twice_is_checked_once() {
    let folder = Folder::new().file("rules/jokes.yaml", JOKES).file("legal/a.md", "Just kidding.");
    let check = |paths: &[&str]| {
        let args = ["check", "--rules", "rules", "--select", "acme", "--format", "json"];
        let outcome = folder.run(args.iter().chain(paths));
        assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""), "{paths:?}");
        let files = parsed(&outcome.stdout)["files"].as_array().unwrap().clone();
        files.iter().map(|file| file["path"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(check(&["./legal/a.md", "legal/a.md"]), ["./legal/a.md"]);
    assert_eq!(check(&["legal/a.md", "legal"]), ["legal/a.md"]);
    assert_eq!(check(&["legal", ".", "legal/../legal/a.md"]), ["legal/a.md"]);
}

#[test]
fn an_unknown_format_is_told_with_the_known_ones() {
    let complaint = |args: &[&str]| {
        let outcome = Program::new().args(["check", "a.md"]).args(args).run();
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
        outcome.stderr
    };
    for args in [&["--format", "sarfi"][..], &["--output", "sarfi=a.sarif"]] {
        let complaint = complaint(args);
        assert!(complaint.starts_with("error: invalid value 'sarfi' for '--"), "{complaint}");
        assert!(FORMATS.iter().all(|format| complaint.contains(format)), "{complaint}");
        assert!(complaint.contains("a similar value exists: 'sarif'"), "{complaint}");
    }
    for value in ["json", "json="] {
        let expected = format!("error: `{value}` names no file: expected json=FILE, or json=- for standard output");
        assert!(complaint(&["--output", value]).starts_with(&expected));
    }
}
