//! The flag that was meant by a name that is none: what other tools call it, or the name that is nearest.

use clap::Command;

/// Names of other tools and of habit, and the flags that stand for them. `docs/flags.md` has every flag of the tools, and leads to the same.
const ELSEWHERE: &[(&str, &str)] = &[
    ("seed", "random-seed"),
    ("input-len", "isl"),
    ("random-input-len", "isl"),
    ("input-tokens", "isl"),
    ("prompt-tokens", "isl"),
    ("prefix-repetition-suffix-len", "isl"),
    ("output-len", "osl"),
    ("random-output-len", "osl"),
    ("custom-output-len", "osl"),
    ("sharegpt-output-len", "osl"),
    ("prefix-repetition-output-len", "osl"),
    ("max-tokens", "osl"),
    ("output-tokens", "osl"),
    ("random-prefix-len", "prompt-prefix-length"),
    ("prefix-repetition-prefix-len", "prompt-prefix-length"),
    ("prefix-repetition-num-prefixes", "prompt-prefix-pool-size"),
    ("random-batch-size", "prompt-batch-size"),
    ("random-mm-base-items-per-request", "image-batch-size"),
    ("random-mm-num-mm-items-range-ratio", "image-count-max"),
    ("random-mm-limit-mm-per-prompt", "image-count-max"),
    ("random-mm-bucket-config", "config"),
    ("dataset-name", "format"),
    ("custom-dataset-type", "format"),
    ("dataset-path", "output"),
    ("input-file", "output"),
    ("prompt-corpus", "corpus"),
    ("model-names", "model"),
    ("extra-body", "extra-inputs"),
    ("temperature", "extra-inputs"),
    ("n", "num-prompts"),
    ("num-records", "num-prompts"),
    ("num-requests", "num-prompts"),
    ("turns", "conversation-turn-mean"),
    ("num-turns", "conversation-turn-mean"),
    ("delay", "conversation-turn-delay-mean"),
    ("num-images", "image-batch-size"),
    ("images", "image-batch-size"),
    ("image-size", "image-width-mean"),
    ("num-videos", "video-batch-size"),
    ("num-audios", "audio-batch-size"),
    ("audio-duration", "audio-length-mean"),
    ("audio-codec", "audio-format"),
    ("audio-sample-rate", "audio-sample-rates"),
    ("audio-channels", "audio-num-channels"),
    ("video-length", "video-duration"),
    ("video-pattern", "video-synth-type"),
    ("fps", "video-fps"),
    ("frames", "video-frames"),
    ("duration", "video-duration"),
    ("gpu", "backend"),
    ("threads", "jobs"),
    ("workers", "jobs"),
    ("out", "output"),
    ("output-dir", "output"),
    ("force", "overwrite"),
    ("port", "listen"),
    ("host", "listen"),
    ("bind", "listen"),
];

/// How alike two names have to be, 0 to 1, for one to be taken for the other.
const ALIKE: f64 = 0.6;

/// The flag of a command that is meant by this name, both without dashes before them.
pub(super) fn nearest(command: &Command, name: &str) -> Option<String> {
    let names = names(command).collect::<Vec<_>>();
    let has = |wanted: &str| names.iter().any(|known| known == wanted);
    let elsewhere = ELSEWHERE.iter().filter(|(other, _)| *other == name).map(|(_, flag)| (*flag).to_owned());
    // A quantity's first flag has its mean in its name, or not.
    let mean = [Some(format!("{name}-mean")), name.strip_suffix("-mean").map(str::to_owned)];
    let known = elsewhere.chain(mean.into_iter().flatten()).find(|flag| has(flag));
    let alike = |known: &String| strsim::normalized_damerau_levenshtein(known, name);
    let nearest = || names.iter().max_by(|a, b| alike(a).total_cmp(&alike(b))).filter(|best| alike(best) >= ALIKE);
    known.or_else(|| nearest().cloned())
}

/// Every name of every flag.
pub(super) fn names(command: &Command) -> impl Iterator<Item = String> {
    let of = |arg: &clap::Arg| {
        let aliases = arg.get_all_aliases().unwrap_or_default();
        arg.get_long().into_iter().chain(aliases).map(str::to_owned).collect::<Vec<_>>()
    };
    command.get_arguments().flat_map(of)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::Cli;

    fn meant(command: &str, name: &str) -> Option<String> {
        let program = Cli::command();
        program.find_subcommand(command).and_then(|command| nearest(command, name))
    }

    #[test]
    fn slips_and_names_of_other_tools_lead_to_the_flag() {
        let rows = [
            ("seed", "random-seed"),
            ("image-width", "image-width-mean"),
            ("video-width-mean", "video-width"),
            ("osl-mean", "osl"),
            ("audio-duration", "audio-length-mean"),
            ("ils", "isl"),
            ("turns", "conversation-turn-mean"),
            ("fps", "video-fps"),
            ("num-images", "image-batch-size"),
            ("image-formt", "image-format"),
            ("tokeniser", "tokenizer"),
            ("random-sed", "random-seed"),
        ];
        for (name, flag) in rows {
            assert_eq!(meant("generate", name).as_deref(), Some(flag), "{name}");
        }
        assert_eq!(meant("generate", "xyzzy"), None);
        #[cfg(feature = "serve")]
        assert_eq!(meant("serve", "port").as_deref(), Some("listen"));
    }

    #[test]
    fn what_stands_for_another_name_is_a_flag_and_the_other_is_none() {
        let program = Cli::command();
        let all: Vec<_> = program.get_subcommands().flat_map(names).collect();
        for (other, flag) in ELSEWHERE {
            assert!(!all.iter().any(|name| name == other), "{other} is a flag");
            assert!(all.iter().any(|name| name == flag), "{other}: {flag}");
        }
    }

    /// The book's rows of other tools' flags, where they have one that is here, lead to the same.
    #[test]
    fn the_book_leads_to_the_same_flags() {
        let flags_of = |cell: &str| -> Vec<String> {
            let words = cell.split('`').skip(1).step_by(2);
            words.filter_map(|word| word.strip_prefix("--")).map(str::to_owned).collect()
        };
        let mut rows = 0;
        for line in include_str!("../../docs/flags.md").lines().filter(|line| line.starts_with("| `--")) {
            let cells: Vec<_> = line.split('|').map(str::trim).collect();
            let (theirs, ours) = (flags_of(cells[1]), flags_of(cells[2]));
            for (other, flag) in ELSEWHERE.iter().filter(|(other, _)| theirs.iter().any(|name| name == other)) {
                assert!(ours.iter().any(|name| name == flag), "{other}: {flag} here, {ours:?} there");
                rows += 1;
            }
        }
        assert!(rows > 20, "{rows} rows");
    }
}
