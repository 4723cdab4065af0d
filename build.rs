//! Embeds the rules: writes a list of all files under `rules/`, so that adding a rule is adding a file.
//!
//! Each file is embedded three times: as it stands, for its examples and for what is to be shown of it; as JSON without
//! the examples, which is read several times faster than YAML; and as JSON in which numbers stand for the phrases, which
//! are most of it. The phrases are compiled here, once, by the modules that compile a user's (`rule::frozen` tells in what
//! form), for that would take longer than most checks; they are found by these numbers.

/// What the modules that are shared with the program use of each other, in the places that they expect.
#[allow(dead_code, unreachable_pub, reason = "the program uses all of it")]
#[path = "src/rule"]
mod rule {
    pub(crate) mod automaton;
    pub(crate) mod compiler;
    pub(crate) mod digest;
    pub(crate) mod frozen;
    pub(crate) mod lexicon;
    pub(crate) mod numbers;
    pub(crate) mod pattern;
    pub(crate) mod phrase;
    pub(crate) mod prefilter;
    pub(crate) mod program;
}

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use rule::compiler::{Compiler, compile_entries};
use rule::frozen::{Contents, Expression, freeze, key_of};
use rule::lexicon::Lexicon;
use rule::numbers::Written;
use rule::pattern::Pattern;
use rule::phrase::{Numbered, NumberedPhrase, Within};
use rule::program::Program;
use serde_json::{Map, Value};

fn main() -> io::Result<()> {
    for file in [
        "automaton",
        "compiler",
        "digest",
        "frozen",
        "lexicon",
        "numbers",
        "pattern",
        "phrase",
        "prefilter",
        "prefilter/expression",
        "program",
    ] {
        println!("cargo::rerun-if-changed=src/rule/{file}.rs");
    }
    println!("cargo::rerun-if-changed=rules");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut files = Vec::new();
    collect(&root.join("rules"), &mut files)?;
    files.sort();
    let mut list = String::from("&[\n");
    let mut phrases: BTreeMap<String, Phrases> = BTreeMap::new();
    for file in &files {
        let name = file.strip_prefix(&root).unwrap_or(file).to_string_lossy().replace('\\', "/");
        let yaml = fs::read_to_string(file)?;
        let mut content: Value = serde_yaml::from_str(&yaml)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, format!("{name}: {error}")))?;
        if let Some(examples) = content.get_mut("examples") {
            *examples = Value::Object(Map::new());
        }
        let folders: Vec<&str> = name.split('/').collect();
        let language = folders.get(1).filter(|folder| folder.len() == 2).copied().unwrap_or_default();
        let of_language = phrases.entry(language.to_owned()).or_default();
        let written = content.to_string();
        match folders.iter().rev().nth(1) {
            Some(&"vocabulary") => of_language.add_vocabulary(&content),
            Some(&"packs" | &"profile") => {}
            _ => of_language.add_rule(&mut content),
        }
        let _ = writeln!(
            list,
            "    ({name:?}, {yaml:?}, Compact {{ written: {written:?}, numbered: {:?} }}),",
            content.to_string()
        );
    }
    list.push_str("]\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("rules.rs"), list)?;
    let mut frozen = String::from("&[\n");
    for (language, phrases) in phrases {
        let Written { numbers, text } = phrases.frozen();
        let _ = writeln!(frozen, "    ({language:?}, &{numbers:?}, {text:?}),");
    }
    frozen.push_str("]\n");
    fs::write(out.join("frozen.rs"), frozen)
}

/// The phrases of one language's files.
#[derive(Default)]
struct Phrases {
    vocabulary: BTreeMap<String, Vec<String>>,
    /// What the rules look for: patterns of which any may match, in the order in which the files name them, which is about
    /// that in which they are asked for.
    phrases: Vec<Vec<String>>,
    /// The places of these.
    numbers: BTreeMap<Vec<String>, usize>,
    /// Regular expressions.
    expressions: BTreeSet<String>,
    /// Lists of phrases, with numbers in the place of patterns.
    lists: Vec<Value>,
}

impl Phrases {
    fn add_vocabulary(&mut self, content: &Value) {
        for (name, texts) in content.as_object().into_iter().flatten() {
            let texts = texts.as_array().into_iter().flatten().filter_map(Value::as_str);
            self.vocabulary.insert(name.clone(), texts.map(str::to_owned).collect());
        }
    }

    /// Adds the patterns of a rule, and puts their numbers in their place, and those of its lists of phrases in the place of
    /// these.
    fn add_rule(&mut self, content: &mut Value) {
        let Some(fields) = content.as_object_mut() else { return };
        let mut compiled = Map::new();
        for (key, value) in fields.iter_mut() {
            match key.as_str() {
                "evidence" | "further" | "vague" | "forbidden" => {
                    self.add(key, value);
                    compiled.insert(key.clone(), self.lists.len().into());
                    self.lists.push(value.take());
                }
                "claims" | "unless" | "when" | "place" | "compare" => self.add(key, value),
                "parameters" => self.add_expressions(value),
                _ => {}
            }
        }
        fields.retain(|key, _| !compiled.contains_key(key));
        fields.insert("compiled".to_owned(), Value::Object(compiled));
    }

    /// Adds what may be regular expressions.
    fn add_expressions(&mut self, value: &Value) {
        match value {
            Value::String(text) => {
                self.expressions.insert(text.clone());
            }
            Value::Array(values) => values.iter().for_each(|value| self.add_expressions(value)),
            Value::Object(fields) => fields.values().for_each(|value| self.add_expressions(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Adds the patterns under a key of a rule.
    fn add(&mut self, key: &str, value: &mut Value) {
        /// Lists of patterns that are each looked for by themselves.
        const SINGLE: [&str; 10] = [
            "evidence",
            "further",
            "vague",
            "forbidden",
            "phrases",
            "place",
            "compare",
            "value",
            "ignore",
            "ignore-under",
        ];
        /// Lists of patterns of which any may match.
        const JOINED: [&str; 8] = ["unless", "with", "not", "not-next", "not-under", "at-most", "at-least", "claim"];
        match value {
            Value::String(text) if ["phrase", "heading"].contains(&key) => *text = self.number(vec![text.clone()]),
            Value::String(text) if key == "regex" => {
                self.expressions.insert(text.clone());
            }
            Value::Array(values) if JOINED.contains(&key) && !values.is_empty() => {
                let texts = values.iter().filter_map(Value::as_str).map(str::to_owned);
                *values = vec![Value::String(self.number(texts.collect()))];
            }
            Value::Array(values) => {
                for value in values {
                    match value {
                        Value::String(text) if SINGLE.contains(&key) => *text = self.number(vec![text.clone()]),
                        value => self.add(key, value),
                    }
                }
            }
            Value::Object(fields) => fields.iter_mut().for_each(|(key, value)| self.add(key, value)),
            Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// The number of patterns any of which may match.
    fn number(&mut self, patterns: Vec<String>) -> String {
        let next = self.phrases.len();
        let number = *self.numbers.entry(patterns.clone()).or_insert(next);
        if number == next {
            self.phrases.push(patterns);
        }
        number.to_string()
    }

    /// What they are compiled to. What is wrong with them is told by a test, which compiles them anew.
    fn frozen(&self) -> Written {
        let mut lexicon = Lexicon::new();
        let mut vocabulary = BTreeMap::new();
        for (name, texts) in &self.vocabulary {
            let patterns = texts.iter().filter_map(|text| Pattern::parse(text, &mut lexicon).ok());
            vocabulary.insert(name.clone(), patterns.collect::<Vec<Pattern>>());
        }
        let (ids, programs, _) = compile_entries(&vocabulary, &mut lexicon, |_, _| {});
        let entry = |name: &str| ids.get(name).map(|id| programs[id.0].named(*id));
        let compiler = Compiler { entry: &entry };
        let mut compile = |texts: &Vec<String>| {
            let patterns = texts.iter().map(|text| Pattern::parse(text, &mut lexicon));
            let patterns = patterns.collect::<Result<Vec<Pattern>, _>>().ok()?;
            compiler.compile(&patterns, &mut lexicon).ok()
        };
        let patterns: Vec<Program> =
            self.phrases.iter().map(|texts| compile(texts).unwrap_or_else(Program::nothing)).collect();
        lexicon.close();
        let mut names: Vec<(String, usize)> = ids.iter().map(|(name, id)| (name.clone(), id.0)).collect();
        names.sort_by_key(|(_, id)| *id);
        let entries = names.into_iter().map(|(name, _)| name).zip(programs).collect::<Vec<_>>();
        let mut expressions: Vec<&String> = self.expressions.iter().collect();
        expressions.sort_by_key(|text| key_of(text));
        assert!(expressions.windows(2).all(|two| key_of(two[0]) != key_of(two[1])), "two expressions have one hash");
        let list = |list: &Value| {
            let phrases = list.as_array().into_iter().flatten();
            phrases
                .map(|phrase| numbered(phrase, &expressions).expect("a phrase has a pattern or an expression"))
                .collect()
        };
        let lists = self.lists.iter().map(list).collect();
        let expressions = expressions.iter().map(|text| Expression::of(text)).collect();
        freeze(&lexicon, &Contents { entries, patterns, expressions, lists })
    }
}

/// A phrase in which numbers stand for patterns; nothing if it is none.
fn numbered(phrase: &Value, expressions: &[&String]) -> Option<NumberedPhrase> {
    let number = |value: &Value| value.as_str()?.parse().ok();
    if let Some(number) = number(phrase) {
        return Some(NumberedPhrase::sure(Numbered::Pattern(number)));
    }
    let joined = |key: &str| number(phrase.get(key)?.get(0)?);
    let search = match (phrase.get("phrase"), phrase.get("regex")) {
        (Some(pattern), None) => Numbered::Pattern(number(pattern)?),
        (None, Some(regex)) => {
            Numbered::Regex(expressions.iter().position(|text| regex.as_str() == Some(text.as_str()))?)
        }
        _ => return None,
    };
    let within = match phrase.get("within") {
        None => Within::Clause,
        Some(Value::String(name)) if name == "clause" => Within::Clause,
        Some(Value::String(name)) if name == "section" => Within::Section,
        Some(Value::String(name)) if name == "document" => Within::Document,
        Some(count) => Within::Clauses(usize::try_from(count.as_u64()?).ok()?),
    };
    Some(NumberedPhrase {
        search,
        heading: phrase.get("heading").and_then(number),
        with: joined("with").map(|number| (number, within)),
        not: joined("not"),
        not_under: joined("not-under"),
        value: phrase.get("value").and_then(Value::as_str).map(|value| value.to_owned().into()),
    })
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            println!("cargo::rerun-if-changed={}", path.display());
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            files.push(path);
        }
    }
    Ok(())
}
