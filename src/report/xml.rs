//! Text in XML 1.0. The two XML reports are a handful of elements, and what they need most, a legal character for every
//! illegal one, XML crates leave to their callers; so there is no crate here.

use std::borrow::Cow;
use std::fmt;

use super::shown::printable;

pub(super) const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";

/// Text as the content of an element.
pub(super) struct Content<'t>(pub(super) &'t str);

/// Text as the value of an attribute, in double quotes.
pub(super) struct Attribute<'t>(pub(super) &'t str);

impl fmt::Display for Content<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        legal(self.0).chars().try_for_each(|character| match reference(character) {
            Some(reference) => f.write_str(reference),
            None => write!(f, "{character}"),
        })
    }
}

impl fmt::Display for Attribute<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        legal(self.0).chars().try_for_each(|character| match (character, reference(character)) {
            // A parser would make spaces of them.
            ('\n', _) => f.write_str("&#10;"),
            ('\t', _) => f.write_str("&#9;"),
            (_, Some(reference)) => f.write_str(reference),
            (character, None) => write!(f, "{character}"),
        })?;
        f.write_str("\"")
    }
}

/// The text with a visible character for each that XML forbids; `printable` sees to all but these two.
fn legal(text: &str) -> Cow<'_, str> {
    match printable(text) {
        text if text.contains(['\u{FFFE}', '\u{FFFF}']) => {
            Cow::Owned(text.replace(['\u{FFFE}', '\u{FFFF}'], "\u{FFFD}"))
        }
        text => text,
    }
}

fn reference(character: char) -> Option<&'static str> {
    match character {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        // Alone it would do no harm, but `]]>` must not stand in a text.
        '>' => Some("&gt;"),
        '"' => Some("&quot;"),
        _ => None,
    }
}
