//! Contents lists: which lists lead to the headings of the document and say nothing themselves.

use std::collections::BTreeSet;

use crate::document::block::{Block, BlockKind};
use crate::document::prose::Prose;

/// The blocks that are entries of a contents list: in a list of at least three items, most of them headings that come
/// in the document, or links into it.
pub(super) fn contents_lists(blocks: &[Block]) -> Vec<usize> {
    let headings: BTreeSet<String> = blocks
        .iter()
        .filter(|block| matches!(block.kind, BlockKind::Heading(_)))
        .filter_map(|block| title_key(block.text.prose.text(), usize::MAX))
        .filter(|key| !key.is_empty())
        .collect();
    let longest = headings.iter().map(String::len).max().unwrap_or(0);
    let mut contents = Vec::new();
    let mut start = 0;
    while start < blocks.len() {
        let Some(list) = list_of(&blocks[start]) else {
            start += 1;
            continue;
        };
        let end_of = |list, from: usize| {
            let others = (from..blocks.len()).find(|idx| list_of(&blocks[*idx]) != Some(list));
            others.unwrap_or(blocks.len())
        };
        let mut end = end_of(list, start);
        // Some pages put each entry into a list of its own.
        let mut single = end - start == 1;
        while single && let Some(next) = blocks.get(end).and_then(list_of) {
            single = end_of(next, end) - end == 1;
            end += usize::from(single);
        }
        let leads = |block: &Block| {
            title_key(block.text.prose.text(), longest).is_some_and(|key| headings.contains(&key))
                || is_inner_link(&block.text.prose)
        };
        // Of most lists, the first half tells that they are none.
        let all = end - start;
        let (mut entries, mut others) = (0_usize, 0_usize);
        for block in &blocks[start..end] {
            match leads(block) {
                true => entries += 1,
                false => others += 1,
            }
            if 2 * others >= all {
                break;
            }
        }
        if entries >= 3 && 2 * others < all {
            contents.extend(start..end);
        }
        start = end;
    }
    contents
}

fn list_of(block: &Block) -> Option<usize> {
    match block.kind {
        BlockKind::Item { list, .. } => Some(list),
        _ => None,
    }
}

pub(super) fn is_inner_link(prose: &Prose) -> bool {
    prose
        .links()
        .iter()
        .any(|link| link.target.starts_with('#') && 10 * (link.label.end - link.label.start) >= 8 * prose.text().len())
}

/// A heading's words alone, without number and punctuation, to compare it with a contents entry; none where they are
/// longer than the longest key there is.
fn title_key(text: &str, longest: usize) -> Option<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let is_number = |word: &&str| word.bytes().all(|byte| byte.is_ascii_digit());
    let mut key = String::new();
    for word in words.skip_while(is_number) {
        if !key.is_empty() {
            key.push(' ');
        }
        let start = key.len();
        match word.is_ascii() {
            true => key.push_str(word),
            // What a small letter is can hang on the letters around it.
            false => key.push_str(&word.to_lowercase()),
        }
        key[start..].make_ascii_lowercase();
        if key.len() > longest {
            return None;
        }
    }
    Some(key)
}
