//! What blocks act as, though nothing marks them so: headings, and items of lists.

use std::collections::BTreeSet;

use super::contents::is_inner_link;
use crate::document::Format;
use crate::document::block::{Block, BlockKind, ItemPart};
use crate::document::line::{
    MarkerKind, is_attention, is_capitals, is_contact, is_place, is_title, is_title_length, is_way, marker,
};
use crate::document::prose::{BlockText, ProseSpan};
use crate::document::sentence;

/// The longest heading, in bytes: what a page marks as one and is longer is a section that lost its line ends.
pub(super) const LONGEST_HEADING: usize = 250;

/// A first line that stands out (strong, capitals, numbered) over text in the same block becomes a block of its own.
pub(super) fn split_run_in_headings(blocks: Vec<Block>) -> Vec<Block> {
    let mut split = Vec::with_capacity(blocks.len());
    for block in blocks {
        let first_break = block.text.breaks.first().copied().filter(|at| *at < block.text.prose.text().len());
        match (&block.kind, first_break) {
            (BlockKind::Paragraph, Some(at)) => {
                let line = ProseSpan { start: 0, end: at };
                if stands_out(&block.text, line) {
                    let rest = ProseSpan { start: at, end: block.text.prose.text().len() };
                    split.push(Block::new(BlockKind::Paragraph, part(&block.text, line)));
                    split.push(Block::new(BlockKind::Paragraph, part(&block.text, rest)));
                } else {
                    split.push(block);
                }
            }
            _ => split.push(block),
        }
    }
    split
}

/// Whether the first line of a block is strong or in capitals, as a title is.
fn stands_out(text: &BlockText, line: ProseSpan) -> bool {
    let shown = text.prose.text()[line.start..line.end].trim();
    // Most first lines are neither, and need not be cut out to see it.
    let may_be_strong = !text.strong.is_empty() || shown.len() <= 3;
    (is_capitals(shown) && is_title_length(shown)) || (may_be_strong && is_strong(&part(text, line)))
}

/// A part of a block's text.
fn part(text: &BlockText, stretch: ProseSpan) -> BlockText {
    let stretch = text.prose.trimmed(stretch);
    let inside = |span: &&ProseSpan| span.start < stretch.end && stretch.start < span.end;
    BlockText {
        prose: text.prose.slice(stretch),
        strong: text.strong.iter().filter(inside).map(|span| span.within(stretch)).collect(),
        breaks: text.breaks.iter().filter(|at| **at > stretch.start).map(|at| at - stretch.start).collect(),
    }
}

/// Paragraphs that start with a list marker, in formats that have no list for it ("•" in Markdown, "(a)" in HTML).
pub(super) fn itemize(blocks: Vec<Block>) -> Vec<Block> {
    let mut itemized: Vec<Block> = Vec::with_capacity(blocks.len());
    // Readers count their lists from 1; these lists get numbers from the other end.
    let mut list = usize::MAX;
    let mut previous_was_item = false;
    for block in blocks {
        let found = match block.kind {
            BlockKind::Paragraph => marker(block.text.prose.text()).filter(|marker| marker.kind != MarkerKind::Number),
            _ => None,
        };
        match found {
            Some(marker) => {
                if !previous_was_item {
                    list -= 1;
                }
                let rest = ProseSpan { start: marker.length, end: block.text.prose.text().len() };
                let kind = BlockKind::Item { list, depth: 1, part: ItemPart::First };
                itemized.push(Block::new(kind, part(&block.text, rest)));
                previous_was_item = true;
            }
            None => {
                previous_was_item = false;
                itemized.push(block);
            }
        }
    }
    itemized
}

/// The blocks with those that act as headings made headings, and the places of these.
pub(super) fn promote_headings(mut blocks: Vec<Block>, format: Format) -> (Vec<Block>, Vec<usize>) {
    let marked = blocks.iter().filter(|block| matches!(block.kind, BlockKind::Heading(_))).count();
    let by_words = format == Format::Plain || marked < 2;
    let mut over_text = BTreeSet::new();
    if format == Format::Plain {
        (blocks, over_text) = titles_over_text(blocks);
    }
    if by_words {
        runs_of_short_lines(&mut blocks, &over_text);
    }
    let mut level_above = 0;
    let mut promoted: Vec<(usize, u8)> = Vec::new();
    for (idx, block) in blocks.iter().enumerate() {
        let previous = idx.checked_sub(1).map(|idx| &blocks[idx]);
        match acts_as_heading(block, previous, blocks.get(idx + 1), by_words) {
            Some(level) => promoted.push((idx, level.max(level_above + 1).min(9))),
            None => {
                if let BlockKind::Heading(level) = block.kind {
                    level_above = level;
                }
            }
        }
    }
    for (idx, level) in &promoted {
        blocks[*idx].kind = BlockKind::Heading(*level);
    }
    (blocks, promoted.into_iter().map(|(idx, _)| idx).collect())
}

/// How many blocks of a document start with a title over text where that is how its headings are set. Fewer are chance.
const SEVERAL: usize = 3;

/// The blocks with titles that stand right over text, no empty line between, made blocks of their own, and the places of
/// these.
fn titles_over_text(blocks: Vec<Block>) -> (Vec<Block>, BTreeSet<usize>) {
    let announced = |idx: usize| idx > 0 && blocks[idx - 1].text.prose.text().ends_with(':');
    // After a colon it is the first item of a list.
    let end_of = |(idx, block)| title_over_text(block).filter(|_| !announced(idx));
    let ends: Vec<Option<usize>> = blocks.iter().enumerate().map(end_of).collect();
    let mut titles = BTreeSet::new();
    if ends.iter().flatten().count() < SEVERAL {
        return (blocks, titles);
    }
    let mut split = Vec::with_capacity(2 * blocks.len());
    for (block, end) in blocks.into_iter().zip(ends) {
        match end {
            Some(at) => {
                titles.insert(split.len());
                let whole = block.text.prose.whole();
                let stretches = [ProseSpan { start: 0, end: at }, ProseSpan { start: at, end: whole.end }];
                split.extend(stretches.map(|stretch| Block::new(BlockKind::Paragraph, part(&block.text, stretch))));
            }
            None => split.push(block),
        }
    }
    (split, titles)
}

/// Where the first line of a paragraph ends, if it is a title over a sentence. An address has no sentence in it, and where
/// the next word had no room in the line, an editor wrapped it there.
fn title_over_text(block: &Block) -> Option<usize> {
    let text = block.text.prose.text();
    let at = block.text.breaks.first().copied().filter(|at| *at < text.len())?;
    let (line, rest) = (text[..at].trim_end(), &text[at..]);
    let may_be = matches!(block.kind, BlockKind::Paragraph)
        && is_title(line)
        && !line.contains('@')
        && !is_way(line)
        && marker(line).is_none()
        && rest.trim_start_matches(['"', '\'', '(']).starts_with(char::is_uppercase);
    if !may_be || sentence::is_first_line_full(text, &block.text.breaks) {
        return None;
    }
    let breaks: Vec<usize> = block.text.breaks.iter().filter(|end| **end > at).map(|end| end - at).collect();
    let is_sentence = |span: &ProseSpan| {
        let shown = &rest[span.start..span.end];
        let small = shown.split(' ').skip(1).filter(|word| word.starts_with(char::is_lowercase)).count();
        shown.ends_with(['.', ':', '!', '?']) && small >= 1 && shown.split(' ').count() >= 3
    };
    // The first may be a title in the same line ("Age. You must be of age.").
    let spans = sentence::split(rest, &breaks);
    let runs_in = |span: &ProseSpan| rest[..span.end].ends_with('.');
    let mut spans = spans.iter();
    let first = spans.next()?;
    (is_sentence(first) || (runs_in(first) && spans.next().is_some_and(is_sentence))).then_some(at)
}

/// Three short lines or more in a row are no headings, for nothing stands under them: an address, or a contents list.
/// They become items of a list, which [`super::contents_lists`] will tell from each other. So do fewer between a colon and
/// a way to reach somebody or a place, and those whose last one has a number, as of a house, before a place: they are an
/// address in any case.
fn runs_of_short_lines(blocks: &mut [Block], over_text: &BTreeSet<usize>) {
    let is_line = |block: &Block| {
        let text = block.text.prose.text();
        matches!(block.kind, BlockKind::Paragraph) && !block.text.breaks.iter().any(|at| *at < text.len())
    };
    let is_short = |(block, idx): &(&Block, usize)| {
        let text = block.text.prose.text();
        is_line(block) && marker(text).is_none() && is_title(text) && !over_text.contains(idx)
    };
    let is_reader = |block: &Block| is_line(block) && is_attention(block.text.prose.text());
    let is_reach = |block: &Block| is_line(block) && is_contact(block.text.prose.text());
    let has_digit = |block: &Block| block.text.prose.text().contains(|c: char| c.is_ascii_digit());
    let mut start = 0;
    while start < blocks.len() {
        let mut length = blocks[start..].iter().zip(start..).take_while(is_short).count();
        let announced = start > 0 && blocks[start - 1].text.prose.text().ends_with(':');
        let numbered = length > 1 && has_digit(&blocks[start + length - 1]);
        let after = blocks.get(start + length).filter(|_| length > 0);
        let reached = after.is_some_and(|block| {
            (announced && is_reach(block))
                || ((announced || numbered) && is_line(block) && is_place(block.text.prose.text()))
        });
        if reached {
            let after = start + length;
            let more = blocks[after..].iter().zip(after..);
            let end = after + more.take_while(|line| is_reader(line.0) || is_short(line)).count();
            // The address goes on after who there shall read it, but a single line may be the next heading.
            let single = end > after && is_reader(&blocks[end - 2]) && !is_reader(&blocks[end - 1]);
            length = end - start - usize::from(single && !blocks.get(end).is_some_and(is_reach));
        }
        if length >= 3 || reached {
            for block in &mut blocks[start..start + length] {
                // Readers count their lists from 1, and itemized paragraphs from the other end.
                block.kind = BlockKind::Item { list: usize::MAX / 2 + start, depth: 1, part: ItemPart::First };
            }
        }
        start += length.max(1);
    }
}

/// The level of a heading that a block acts as; `by_words` is for documents whose headings nothing marks.
fn acts_as_heading(block: &Block, previous: Option<&Block>, next: Option<&Block>, by_words: bool) -> Option<u8> {
    let next = next?;
    let text = block.text.prose.text();
    let broken = block.text.breaks.iter().any(|at| *at < text.len());
    let leads_away = || is_way(text) || is_inner_link(&block.text.prose);
    if broken || !is_title_length(text) || text.contains('@') || leads_away() {
        return None;
    }
    let number = marker(text).filter(|marker| marker.kind == MarkerKind::Number);
    let title = number.map_or(text, |marker| &text[marker.length..]);
    match block.kind {
        BlockKind::Paragraph => {
            if is_strong(&block.text) && !title.ends_with(['.', ',', ';']) {
                return Some(number.map_or(3, |marker| number_level(&text[..marker.length])));
            }
            if number.is_some() && is_title(title) {
                return Some(number.map_or(3, |marker| number_level(&text[..marker.length])));
            }
            if is_capitals(text) && !text.ends_with(['.', ';', ':']) {
                return Some(2);
            }
            (by_words && is_title(text) && !goes_on_in(text, next)).then_some(3)
        }
        BlockKind::Item { part: ItemPart::Further, .. } if by_words => {
            let before_text =
                matches!(next.kind, BlockKind::Item { part: ItemPart::Further, .. } | BlockKind::Paragraph);
            let after_item = previous.is_some_and(|previous| matches!(previous.kind, BlockKind::Item { .. }));
            (before_text && after_item && is_title(text)).then_some(3)
        }
        _ => None,
    }
}

/// The fewest words of a sentence that goes on in the next block. Where somebody writes all text in small letters, most of
/// its titles are shorter.
const OPEN_SENTENCE: usize = 4;

/// Whether a line is the start of a sentence that a paragraph goes on with, and so no title of it.
fn goes_on_in(text: &str, next: &Block) -> bool {
    let first = next.text.prose.text().split(' ').next().unwrap_or_default();
    let opens = matches!(next.kind, BlockKind::Item { part: ItemPart::First, .. });
    !opens && text.split(' ').count() >= OPEN_SENTENCE && !first.is_empty() && first.chars().all(char::is_lowercase)
}

/// "4." is of level 2, "4.1" of level 3.
fn number_level(label: &str) -> u8 {
    let dots = label.trim_end().trim_end_matches(['.', ')']).bytes().filter(|byte| *byte == b'.').count();
    u8::try_from(2 + dots).unwrap_or(9).min(9)
}

fn is_strong(text: &BlockText) -> bool {
    let whole = text.prose.text();
    if !is_title_length(whole) {
        return false;
    }
    let strong: usize = text.strong.iter().map(|span| span.end - span.start).sum();
    let shown = whole.len() - whole.matches(' ').count();
    let spaces: usize = text.strong.iter().map(|span| whole[span.start..span.end].matches(' ').count()).sum();
    !whole.is_empty() && strong - spaces >= shown.saturating_sub(2)
}
