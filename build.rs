//! Embeds the rules: writes a list of all files under `rules/`, so that adding a rule is adding a file.
//!
//! Each file is embedded twice: as it stands, for its examples and for what is to be shown of it, and as JSON without
//! the examples, which a check reads several times faster than YAML. The phrases in them are compiled here, once, by the
//! modules that compile a user's (`rule::frozen` tells in what form), for that would take longer than most checks.

/// What the modules that are shared with the program use of each other, in the places that they expect.
#[allow(dead_code, unreachable_pub, reason = "the program uses all of it")]
#[path = "src/rule"]
mod rule {
    pub(crate) mod compiler;
    pub(crate) mod digest;
    pub(crate) mod frozen;
    pub(crate) mod lexicon;
    pub(crate) mod pattern;
    pub(crate) mod prefilter;
    pub(crate) mod program;
}

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use rule::compiler::{Compiler, compile_entries};
use rule::frozen::{Written, freeze, key_of};
use rule::lexicon::Lexicon;
use rule::pattern::Pattern;
use rule::prefilter::Prefilter;
use rule::program::Program;
use serde_json::Value;

fn main() -> io::Result<()> {
    for file in ["compiler", "digest", "frozen", "lexicon", "pattern", "prefilter", "prefilter/expression", "program"] {
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
            *examples = Value::Object(serde_json::Map::new());
        }
        let folders: Vec<&str> = name.split('/').collect();
        let language = folders.get(1).filter(|folder| folder.len() == 2).copied().unwrap_or_default();
        let of_language = phrases.entry(language.to_owned()).or_default();
        match folders.iter().rev().nth(1) {
            Some(&"vocabulary") => of_language.add_vocabulary(&content),
            Some(&"packs" | &"profile") => {}
            _ => of_language.add_rule(&content),
        }
        let _ = writeln!(list, "    ({name:?}, {yaml:?}, {:?}),", content.to_string());
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
    rules: Vec<Vec<String>>,
    /// Regular expressions.
    expressions: BTreeSet<String>,
}

impl Phrases {
    fn add_vocabulary(&mut self, content: &Value) {
        for (name, texts) in content.as_object().into_iter().flatten() {
            self.vocabulary.insert(name.clone(), texts_of(texts));
        }
    }

    /// Adds what may be patterns: every text, and every list of texts. What the program does not ask for does no harm.
    fn add_rule(&mut self, content: &Value) {
        const SPOKEN: [&str; 7] = ["title", "why", "help", "draft", "message", "cite", "examples"];
        for (key, value) in content.as_object().into_iter().flatten().filter(|(key, _)| !SPOKEN.contains(&key.as_str()))
        {
            if key == "parameters" { self.add_expressions(value) } else { self.add(value) }
        }
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

    fn add(&mut self, value: &Value) {
        match value {
            Value::String(text) => {
                self.rules.push(vec![text.clone()]);
            }
            Value::Array(values) => {
                self.rules.push(texts_of(value));
                values.iter().for_each(|value| self.add(value));
            }
            Value::Object(fields) => {
                fields.get("regex").into_iter().for_each(|regex| self.add_expressions(regex));
                fields.values().for_each(|value| self.add(value));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
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
        let mut phrases: Vec<(u64, Program)> = Vec::new();
        let mut known_by: BTreeMap<u64, &[String]> = BTreeMap::new();
        for texts in &self.rules {
            if let Some(other) = known_by.insert(key_of(texts), texts) {
                assert_eq!(other, texts, "two phrases have one hash");
                continue;
            }
            let patterns = texts.iter().map(|text| Pattern::parse(text, &mut lexicon));
            let Ok(patterns) = patterns.collect::<Result<Vec<Pattern>, _>>() else { continue };
            let known = patterns.iter().flat_map(Pattern::names).all(|name| ids.contains_key(name));
            if !patterns.is_empty()
                && known
                && let Ok(program) = compiler.compile(&patterns, &mut lexicon)
            {
                phrases.push((key_of(texts), program));
            }
        }
        lexicon.close();
        let mut names: Vec<(String, usize)> = ids.iter().map(|(name, id)| (name.clone(), id.0)).collect();
        names.sort_by_key(|(_, id)| *id);
        let entries = names.into_iter().map(|(name, _)| name).zip(programs).collect::<Vec<_>>();
        let mut expressions: Vec<(u64, Prefilter)> =
            self.expressions.iter().map(|regex| (key_of(&[regex]), Prefilter::of(regex))).collect();
        expressions.sort_by_key(|(key, _)| *key);
        freeze(&lexicon, &entries, &phrases, &expressions)
    }
}

fn texts_of(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
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
