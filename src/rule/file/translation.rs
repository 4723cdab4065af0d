//! Translations: what a rule looks for in policies of another language than the rules' own.

use std::collections::BTreeMap;

use super::shape::{RuleFields, TranslationFields};
use super::{Form, KIND, Problems, ReadRule, Role, RuleSource, pieces, read_entries, read_whole};
use crate::diagnostic::{Diagnostic, Label};
use crate::rule::{RuleId, did_you_mean};
use crate::yaml::find;

const KEYS: [&str; 11] =
    ["id", "evidence", "further", "vague", "forbidden", "claims", "unless", "when", "place", "compare", "examples"];

/// The rules as they read a language: each with the phrases of its translation. A rule without one keeps its place, and
/// finds nothing.
pub(super) fn translated(
    rules: Vec<ReadRule>,
    language: &str,
    sources: &[RuleSource],
    form: Form,
    problems: &mut Problems,
) -> Vec<ReadRule> {
    let mut translations = read(language, sources, form, problems);
    let rules = rules.into_iter().map(|rule| {
        let translation = rule.id.as_ref().and_then(|id| translations.remove(id.as_str()));
        // A user's rule looks for something of its own, which the translation of the one that it replaces knows nothing of.
        let translation = translation.filter(|(file, _)| sources[*file].layer >= sources[rule.file].layer);
        match translation {
            Some((file, translation)) => ReadRule { file, fields: translate(rule.fields, translation), ..rule },
            None => {
                ReadRule { fields: translate(rule.fields, TranslationFields::default()), untranslated: true, ..rule }
            }
        }
    });
    let rules: Vec<ReadRule> = rules.collect();
    let known = || rules.iter().filter_map(|rule| rule.id.as_ref()).map(RuleId::as_str);
    for (id, (file, _)) in translations {
        let source = &sources[file].source;
        let label = Label::new(source.span(find(source, "id", &id)), "here");
        let problem =
            Diagnostic::error("rule-file/translation", format!("there is no rule `{id}` to translate"), label);
        let meant = did_you_mean(&id, known()).map(|meant| format!("did you mean `{meant}`?"));
        let help = meant.unwrap_or_else(|| "a file in a folder named after a language translates a rule".to_owned());
        problems.push(file, problem.with_help(help));
    }
    rules
}

fn translate(rule: Box<RuleFields>, translation: TranslationFields) -> Box<RuleFields> {
    let TranslationFields {
        id: _,
        evidence,
        further,
        vague,
        forbidden,
        claims,
        unless,
        when,
        place,
        compare,
        examples,
        compiled,
    } = translation;
    let fields = RuleFields {
        evidence,
        further,
        vague,
        forbidden,
        claims,
        unless,
        when,
        place,
        compare,
        examples,
        compiled,
        ..*rule
    };
    Box::new(fields)
}

/// The translations into a language by the ids of their rules. Of two layers' files for one rule, the higher layer's
/// stays.
fn read(
    language: &str,
    sources: &[RuleSource],
    form: Form,
    problems: &mut Problems,
) -> BTreeMap<String, (usize, TranslationFields)> {
    let mut translations: BTreeMap<String, (usize, TranslationFields)> = BTreeMap::new();
    let files = sources.iter().enumerate();
    for (file, given) in
        files.filter(|(_, given)| given.role == Role::Rule && given.language.as_deref() == Some(language))
    {
        let fields = form.read(given).unwrap_or_else(|| read_fields(given, file, problems));
        let twin = translations.get(&fields.id).map(|(other, _)| &sources[*other]);
        if let Some(twin) = twin.filter(|twin| twin.layer == given.layer) {
            let label = Label::new(given.source.span(find(&given.source, "id", &fields.id)), "");
            let message = format!("`{}` is translated in {} already", fields.id, twin.source.name());
            problems.push(file, Diagnostic::error("rule-file/id", message, label));
        } else {
            translations.insert(fields.id.clone(), (file, fields));
        }
    }
    translations
}

fn read_fields(given: &RuleSource, file: usize, problems: &mut Problems) -> TranslationFields {
    let source = &given.source;
    let mut fields = TranslationFields::default();
    for piece in pieces(source, file, problems) {
        let done = match piece.key {
            "id" => read_whole(&piece, source, &mut fields.id),
            "evidence" => read_entries(&piece, source, &mut fields.evidence),
            "further" => read_entries(&piece, source, &mut fields.further),
            "vague" => read_entries(&piece, source, &mut fields.vague),
            "forbidden" => read_entries(&piece, source, &mut fields.forbidden),
            "claims" => read_whole(&piece, source, &mut fields.claims),
            "unless" => read_entries(&piece, source, &mut fields.unless),
            "when" => read_whole(&piece, source, &mut fields.when),
            "place" => read_entries(&piece, source, &mut fields.place),
            "compare" => read_whole(&piece, source, &mut fields.compare),
            "examples" => read_whole(&piece, source, &mut fields.examples),
            _ => Err(vec![piece.unknown_key(source, KIND, "a translation of a rule", &KEYS)]),
        };
        problems.extend(file, done.err().into_iter().flatten());
    }
    let looks_for_nothing = fields.evidence.is_empty() && fields.forbidden.is_empty() && fields.claims.is_empty();
    if looks_for_nothing && !problems.any_in(file) {
        let label = Label::new(source.span(0..0), "");
        let message = "a translation has `id:` and `evidence:`, `forbidden:` or `claims:`, and `examples:`";
        problems.push(file, Diagnostic::error("rule-file/key", message, label));
    }
    fields
}
