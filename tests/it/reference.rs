//! The rule reference: `docs/rules.md` is what the program writes, and what rule files say can't break out of it.

use std::collections::BTreeSet;

use pulldown_cmark::{Event, Options, Parser, Tag};

use crate::program::{Program, root, run};

#[test]
fn the_reference_of_the_rules_is_kept_up() {
    let path = root().join("docs/rules.md");
    let outcome = run(&["rules", "--format", "markdown"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &outcome.stdout).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == outcome.stdout, "docs/rules.md lags: run `UPDATE_DOCS=1 cargo test --test it reference`");
}

#[test]
fn every_rule_has_its_anchor_and_every_link_leads_to_one() {
    let page = run(&["rules", "--format", "markdown"]).stdout;
    let anchors: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("<a id=\"")?.split('"').next()).collect();
    let distinct: BTreeSet<&str> = anchors.iter().copied().collect();
    assert_eq!(anchors.len(), distinct.len());
    let rules = run(&["rules"]).stdout;
    let ids: Vec<&str> = rules.lines().map(|line| line.split(' ').next().unwrap()).collect();
    assert!(ids.len() > 20 && ids.iter().all(|id| distinct.contains(id)), "{ids:?}");
    let mut links = 0;
    for event in Parser::new_ext(&page, Options::ENABLE_TABLES) {
        if let Event::Start(Tag::Link { dest_url, .. }) = event {
            assert!(distinct.contains(dest_url.trim_start_matches('#')), "{dest_url}");
            links += 1;
        }
    }
    assert!(links > ids.len());
}

/// A rule whose every text tries to be more than text.
const HOSTILE: &str = r###"
id: acme/jokes
title: "# A | <script>alert(1)</script> &amp; `code`"
kind: forbidden
severity: advice
cite: ['[House](javascript:alert(1)) *style*', "- second\nline"]
why: |
  # No heading
  - no list
  1. no list either

  | no | table |
  |---|---|
  ![no image](http://example.com/x.png)
message: {found: "_a_ joke <img src=x>"}
help: "---\n> no quote\n```\nno fence"
draft: "```\n## still fenced\n````"
forbidden: ['just ... kidding']
examples:
  found: ["Just kidding.\n\n````\n# fenced\n\e[31m"]
  clean: ['Seriously.']
"###;

#[test]
fn what_a_rule_file_says_stays_text() {
    let program = Program::new().file("rules/jokes.yaml", HOSTILE);
    let outcome = program.args(["rules", "--rules", "rules", "--pack", "acme", "--format", "markdown"]).run();
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let page = outcome.stdout;
    assert!(!page.contains('\u{1b}'));
    let (mut text, mut headings) = (String::new(), Vec::new());
    let mut in_heading = false;
    for event in Parser::new_ext(&page, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Heading { .. }) => {
                in_heading = true;
                headings.push(String::new());
            }
            Event::End(pulldown_cmark::TagEnd::Heading(_)) => in_heading = false,
            Event::Text(part) if in_heading => headings.last_mut().unwrap().push_str(&part),
            Event::Text(part) => text.push_str(&part),
            Event::SoftBreak => text.push('\n'),
            Event::Html(html) | Event::InlineHtml(html) => {
                assert!(html.starts_with("<a id=\"acme") || html.starts_with("</a>"), "{html}");
            }
            Event::Start(Tag::Link { dest_url, .. }) => assert!(dest_url.starts_with("#acme"), "{dest_url}"),
            Event::Code(code) => assert_eq!(code.as_ref(), "clauselint rules --format markdown"),
            Event::Start(Tag::Image { .. } | Tag::BlockQuote(_) | Tag::Emphasis) | Event::Rule => {
                panic!("{event:?} in\n{page}");
            }
            Event::Start(Tag::List(start)) => assert_eq!(start, None, "{page}"),
            _ => {}
        }
    }
    assert_eq!(
        headings,
        ["Rules", "acme", "acme/jokes", "Why", "What a finding says", "What to do", "Examples"],
        "{page}"
    );
    for part in [
        "# A | <script>alert(1)</script> &amp; `code`",
        "[House](javascript:alert(1)) *style*; - second line",
        "# No heading",
        "- no list",
        "1. no list either",
        "|---|---|",
        "_a_ joke <img src=x>",
        "> no quote",
        "```\n## still fenced\n````",
        "````\n# fenced",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}\nread from\n{page}");
    }
}
