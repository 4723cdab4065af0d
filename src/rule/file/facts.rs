//! Files that tell which facts a profile can give, and files that tell what a pack of rules is about.

use std::collections::BTreeMap;

use super::shape::{FactFields, PackFields};
use super::{Form, KIND, Layer, Problems, Role, RuleSource, pieces, read_whole};
use crate::diagnostic::{Diagnostic, Label};
use crate::rule::profile::{FactIs, Profile, Takes, UNSAID};
use crate::rule::{Fact, Pack};
use crate::source::SourceFile;
use crate::yaml::{self, OneOrMore, find};

/// Reads the facts, in the order of their names. A user's fact replaces a built-in one of the same name.
pub(super) fn read_facts(sources: &[RuleSource], form: Form, problems: &mut Problems) -> Vec<Fact> {
    let mut facts: BTreeMap<String, (Layer, Fact)> = BTreeMap::new();
    for (file, given) in sources.iter().enumerate().filter(|(_, given)| given.role == Role::Profile) {
        let RuleSource { source, layer, .. } = given;
        let mut add = |name: &str, fields: FactFields| {
            let fact = Fact {
                name: name.to_owned(),
                about: fields.about,
                takes: fields.takes.map_or(Takes::Several, Takes::from),
                values: fields.values,
            };
            facts.insert(name.to_owned(), (*layer, fact));
        };
        if let Some(read) = form.read::<BTreeMap<String, FactFields>>(given) {
            read.into_iter().for_each(|(name, fields)| add(&name, fields));
            continue;
        }
        for piece in pieces(source, file, problems) {
            match yaml::parse::<FactFields>(&piece, source, KIND) {
                Ok(fields) if fields.values.contains_key(UNSAID) => {
                    let label = Label::new(source.span(find(source, piece.key, UNSAID)), "");
                    let message = format!("`{UNSAID}` stands for a fact that is not given: no value can be called so");
                    problems.push(file, Diagnostic::error("rule-file/fact", message, label));
                }
                Ok(fields) => add(piece.key, fields),
                Err(mistaken) => problems.extend(file, mistaken.problems),
            }
        }
    }
    facts.into_values().map(|(_, fact)| fact).collect()
}

/// Reads what is told about packs, in the order of their ids. Of two layers' packs with one id, the higher layer's stays.
pub(super) fn read_packs(sources: &[RuleSource], form: Form, facts: &[Fact], problems: &mut Problems) -> Vec<Pack> {
    let mut packs: BTreeMap<String, Pack> = BTreeMap::new();
    for (file, given) in sources.iter().enumerate().filter(|(_, given)| given.role == Role::Pack) {
        let source = &given.source;
        let fields = form.read(given).unwrap_or_else(|| read_pack(given, file, problems));
        let profile = profile_condition(&fields.profile, source, file, "profile", facts, problems);
        packs.insert(
            fields.id.clone(),
            Pack { id: fields.id, title: fields.title, about: fields.about.trim().to_owned(), profile },
        );
    }
    packs.into_values().collect()
}

fn read_pack(given: &RuleSource, file: usize, problems: &mut Problems) -> PackFields {
    const KEYS: [&str; 4] = ["id", "title", "about", "profile"];
    let source = &given.source;
    let mut fields = PackFields::default();
    for piece in pieces(source, file, problems) {
        let done = match piece.key {
            "id" => read_whole(&piece, source, &mut fields.id),
            "title" => read_whole(&piece, source, &mut fields.title),
            "about" => read_whole(&piece, source, &mut fields.about),
            "profile" => read_whole(&piece, source, &mut fields.profile),
            _ => Err(vec![piece.unknown_key(source, KIND, "a pack file", &KEYS)]),
        };
        problems.extend(file, done.err().into_iter().flatten());
    }
    if (fields.id.is_empty() || fields.title.is_empty() || fields.about.is_empty()) && !problems.any_in(file) {
        let label = Label::new(source.span(0..0), "");
        problems.push(file, Diagnostic::error("rule-file/key", "a pack has `id:`, `title:` and `about:`", label));
    }
    fields
}

/// What a condition asks of a profile, each of its facts and values being known.
pub(super) fn profile_condition(
    asked: &BTreeMap<String, OneOrMore>,
    source: &SourceFile,
    file: usize,
    key: &str,
    facts: &[Fact],
    problems: &mut Problems,
) -> Vec<FactIs> {
    let mut condition = Vec::new();
    for (fact, among) in asked {
        let among = among.clone().into_vec();
        for value in among.iter().filter(|value| *value != UNSAID) {
            // Each by itself: a profile gives one of them.
            if let Err(error) = Profile::default().state(fact, value, facts) {
                let label = Label::new(source.span(find(source, key, value)), "here");
                problems.push(file, Diagnostic::error("rule-file/profile", error.to_string(), label));
            }
        }
        condition.push(FactIs { fact: fact.clone(), among });
    }
    condition
}
