//! Mooncake's trace: `{"timestamp":1000,"input_length":1300,"output_length":128,"hash_ids":[0,4294967296,4294967297]}`. Its readers make
//! texts of their own, whose blocks of [`BLOCK`] tokens are alike where their ids are; here blocks have the same id where they are the
//! same in the prompts of the request: those of a prefix of the pool.

use serde_json::Value;

use crate::dataset::content::{Content, TurnContent, number};
use crate::dataset::line::Line;
use crate::record::Record;
use crate::spec::{Lengths, Prefixes, Spec, TextSpec};

/// Tokens of a block, as the readers have it unless they are told otherwise.
pub(super) const BLOCK: u64 = 512;

/// Ids from here on are of blocks that no two prompts share.
const OWN: u64 = 1 << 32;

/// The record's only turn.
pub(super) fn record(record: &Record, spec: &Spec, line: &mut Line) {
    let (Some(turn), Some(text)) = (record.turns.first(), &spec.text) else { return };
    let Some(prompt) = turn.prompts.first() else { return };
    line.open('{').key("timestamp").value(&record.arrival_ms).key("input_length").value(&prompt.tokens);
    if let Some(tokens) = turn.osl {
        line.key("output_length").value(&tokens);
    }
    line.key("hash_ids").value(&hash_ids(record.index, prompt.tokens, prompt.prefix, text)).close('}');
}

/// The id of each block: shared by all prompts that begin with the same prefix, as far as that fills blocks; then the prompt's own.
fn hash_ids(index: u64, tokens: u64, prefix: Option<u64>, text: &TextSpec) -> Vec<u64> {
    let shared = match (prefix, &text.prefixes) {
        (Some(number), Prefixes::Pool { length, .. }) => {
            let blocks = length / BLOCK;
            number * blocks..(number + 1) * blocks
        }
        _ => 0..0,
    };
    let blocks = tokens.div_ceil(BLOCK);
    let own = blocks - (shared.end - shared.start).min(blocks);
    let first = OWN + index * most_blocks(text);
    shared.chain(first..first + own).collect()
}

/// The most blocks that a prompt of the request has, so that ids of one prompt end before those of the next begin.
fn most_blocks(text: &TextSpec) -> u64 {
    let longest = match &text.lengths {
        Lengths::Independent { isl, .. } => isl.bounds().1,
        Lengths::Pairs(pairs) => pairs.iter().map(|(_, pair)| pair.isl.bounds().1).fold(0.0, f64::max),
    };
    let before = match text.prefixes {
        Prefixes::Pool { length, .. } => length,
        Prefixes::Shared { user_context, .. } => user_context.unwrap_or(0),
        Prefixes::None => 0,
    };
    (longest as u64 + before).div_ceil(BLOCK)
}

/// The same, read back, as far as it is not of a reader's making: lengths.
pub(super) fn read(record: &Value) -> Option<Content<'_>> {
    let (isl, osl) = (Some(number(record, "input_length")?), number(record, "output_length"));
    Some(Content::of_turn(TurnContent { isl, osl, ..TurnContent::default() }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Distribution;

    #[test]
    fn prompts_share_the_blocks_of_their_prefix_and_no_others() {
        for (prefixes, before, shared) in [
            (Prefixes::None, 0, 0),
            (Prefixes::Shared { system: None, user_context: Some(5000) }, 5000, 0),
            (Prefixes::Pool { size: 2, length: 1300 }, 1300, 2),
        ] {
            let text = TextSpec { prefixes, ..TextSpec::new(Distribution::fixed(100.0)) };
            let [one, two] = [0, 1].map(|index| hash_ids(index, before + 100, Some(1), &text));
            assert_eq!(one.len() as u64, (before + 100).div_ceil(BLOCK));
            assert_eq!(one.iter().filter(|id| two.contains(id)).count(), shared, "{one:?} {two:?}");
        }
    }
}
