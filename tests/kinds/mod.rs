//! The tokenizers that prompts are held to: those embedded, small ones of each kind trained here on a part of the corpus, and
//! real ones that `tests/tokenizers.sh` fetches. Each comes with an oracle: another implementation than the one under test.
#![allow(clippy::unwrap_used, dead_code, reason = "shared by several test binaries")]

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use masque::Distribution;
use masque::spec::TextSpec;
use serde_json::{Value, json};
use tokenizers_released::models::TrainerWrapper;
use tokenizers_released::models::bpe::{BPE, BpeTrainer};
use tokenizers_released::models::unigram::{Unigram, UnigramTrainerBuilder};
use tokenizers_released::models::wordpiece::{WordPiece, WordPieceTrainer};
use tokenizers_released::normalizers::bert::BertNormalizer;
use tokenizers_released::normalizers::unicode::NFKC;
use tokenizers_released::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers_released::pre_tokenizers::byte_level::ByteLevel;
use tokenizers_released::pre_tokenizers::metaspace::{Metaspace, PrependScheme};
use tokenizers_released::{AddedToken, Tokenizer};

/// Counts as the tokenizer's users do; `special` adds the tokens that the tokenizer adds by itself.
pub(crate) type Oracle = Box<dyn Fn(&str, bool) -> Vec<u32>>;

/// One tokenizer under test.
pub(crate) struct Row {
    /// Its name here.
    pub(crate) name: &'static str,
    /// Special tokens that it adds by itself.
    pub(crate) added: u64,
    /// Where it comes from.
    pub(crate) source: Source,
}

/// Where a tokenizer comes from.
pub(crate) enum Source {
    Embedded(fn() -> &'static bpe_openai::Tokenizer),
    Trained(fn() -> Value),
    Fetched,
}

/// All of them.
pub(crate) const TOKENIZERS: [Row; 12] = [
    Row { name: "builtin", added: 0, source: Source::Embedded(bpe_openai::o200k_base) },
    Row { name: "cl100k_base", added: 0, source: Source::Embedded(bpe_openai::cl100k_base) },
    Row { name: "byte_level_bpe", added: 0, source: Source::Trained(byte_level_bpe) },
    Row { name: "sentencepiece_bpe", added: 1, source: Source::Trained(sentencepiece_bpe) },
    Row { name: "metaspace_bpe", added: 0, source: Source::Trained(metaspace_bpe) },
    Row { name: "gapped_bpe", added: 0, source: Source::Trained(gapped_bpe) },
    Row { name: "spaced_bpe", added: 0, source: Source::Trained(spaced_bpe) },
    Row { name: "unigram", added: 1, source: Source::Trained(unigram) },
    Row { name: "wordpiece", added: 2, source: Source::Trained(wordpiece) },
    Row { name: "deepseek", added: 0, source: Source::Fetched },
    Row { name: "qwen3", added: 0, source: Source::Fetched },
    Row { name: "gemini", added: 1, source: Source::Fetched },
];

impl Row {
    /// What `--tokenizer` takes; none when it has to be fetched and is not there.
    pub(crate) fn argument(&self) -> Option<String> {
        let fetched = fetched().join(self.name).join("tokenizer.json");
        match self.source {
            Source::Embedded(_) => Some(self.name.to_owned()),
            Source::Trained(_) => Some(trained().join(self.name).to_str().unwrap().to_owned()),
            Source::Fetched => fetched.is_file().then(|| fetched.to_str().unwrap().to_owned()),
        }
    }

    /// The other implementation.
    pub(crate) fn oracle(&self) -> Oracle {
        if let Source::Embedded(table) = self.source {
            return Box::new(move |text, _| table().encode(text));
        }
        let path = PathBuf::from(self.argument().unwrap());
        let path = if path.is_dir() { path.join("tokenizer.json") } else { path };
        let mut oracle = Tokenizer::from_file(path).unwrap();
        oracle.with_truncation(None).unwrap().with_padding(None);
        Box::new(move |text, special| oracle.encode_fast(text, special).unwrap().get_ids().to_vec())
    }
}

/// A request for prompts of `isl` tokens, and nothing else.
pub(crate) fn request(tokenizer: &str, isl: u64) -> TextSpec {
    let mut spec = TextSpec::new(Distribution::fixed(isl as f64));
    spec.tokenizer = tokenizer.to_owned();
    spec
}

/// The folder that `tests/tokenizers.sh` fetches to.
fn fetched() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tokenizers")
}

/// The folder with the trained ones, made once for each test binary.
fn trained() -> &'static Path {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    let make = || {
        let folder = tempfile::tempdir().unwrap();
        for row in &TOKENIZERS {
            if let Source::Trained(train) = row.source {
                std::fs::create_dir(folder.path().join(row.name)).unwrap();
                std::fs::write(folder.path().join(row.name).join("tokenizer.json"), train().to_string()).unwrap();
            }
        }
        folder
    };
    FOLDER.get_or_init(make).path()
}

/// GPT-2's kind.
fn byte_level_bpe() -> Value {
    let mut tokenizer = Tokenizer::new(BPE::default());
    tokenizer.with_pre_tokenizer(Some(ByteLevel::new(false, true, true)));
    let trainer = BpeTrainer::builder().show_progress(false).vocab_size(2000);
    let alphabet = ByteLevel::alphabet().into_iter().collect();
    train(tokenizer, trainer.initial_alphabet(alphabet).build().into())
}

/// Llama 2's kind: byte fallback, no pre-tokenizer, a space before the text, `<s>` added, and a limit that is to be ignored.
fn sentencepiece_bpe() -> Value {
    let mut it = metaspace_bpe();
    it["pre_tokenizer"] = Value::Null;
    it["normalizer"] = json!({"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"},
        {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]});
    it["post_processor"] = template(&["<s>"], &[], &it);
    it["truncation"] = json!({"direction": "Right", "max_length": 512, "strategy": "LongestFirst", "stride": 0});
    it
}

/// The newer way to write the same down.
fn metaspace_bpe() -> Value {
    let model = BPE::builder().byte_fallback(true).unk_token("<unk>".into()).fuse_unk(true).build().unwrap();
    let mut tokenizer = Tokenizer::new(model);
    tokenizer.with_pre_tokenizer(Some(Metaspace::new('▁', PrependScheme::First, true)));
    let mut special = vec![AddedToken::from("<unk>", true), AddedToken::from("<s>", true)];
    special.extend((0..=255).map(|byte| AddedToken::from(format!("<0x{byte:02X}>"), false)));
    let trainer = BpeTrainer::builder().show_progress(false).vocab_size(2000).special_tokens(special).build();
    let mut it = train(tokenizer, trainer.into());
    let added = it["added_tokens"].as_array_mut().unwrap();
    added.retain(|token| !token["content"].as_str().unwrap().starts_with("<0x"));
    it
}

/// Gemma's kind: byte fallback, but no token for the byte that has one of its own.
fn gapped_bpe() -> Value {
    let mut it = metaspace_bpe();
    let vocab = it["model"]["vocab"].as_object_mut().unwrap();
    let id = vocab.remove("<0x09>").unwrap();
    vocab.insert("\t".to_owned(), id);
    it
}

/// GPT-2's kind as RoBERTa has it, with a space before the text.
fn spaced_bpe() -> Value {
    let mut it = byte_level_bpe();
    it["pre_tokenizer"]["add_prefix_space"] = true.into();
    it
}

/// T5's kind, with `</s>` added.
fn unigram() -> Value {
    let mut tokenizer = Tokenizer::new(Unigram::default());
    tokenizer.with_normalizer(Some(NFKC)).unwrap();
    tokenizer.with_pre_tokenizer(Some(Metaspace::new('▁', PrependScheme::Always, true)));
    let special = vec![AddedToken::from("<unk>", true), AddedToken::from("</s>", true)];
    let mut trainer = UnigramTrainerBuilder::default();
    trainer.show_progress(false).vocab_size(2000).unk_token(Some("<unk>".into())).special_tokens(special);
    let mut it = train(tokenizer, trainer.build().unwrap().into());
    it["post_processor"] = template(&[], &["</s>"], &it);
    it
}

/// BERT's kind, with `[CLS]` and `[SEP]` added.
fn wordpiece() -> Value {
    let mut tokenizer = Tokenizer::new(WordPiece::builder().unk_token("[UNK]".into()).build().unwrap());
    tokenizer.with_normalizer(Some(BertNormalizer::default())).unwrap();
    tokenizer.with_pre_tokenizer(Some(BertPreTokenizer));
    let special = ["[UNK]", "[CLS]", "[SEP]"].map(|token| AddedToken::from(token, true)).to_vec();
    let trainer = WordPieceTrainer::builder().show_progress(false).vocab_size(2000).special_tokens(special).build();
    let mut it = train(tokenizer, trainer.into());
    it["post_processor"] = template(&["[CLS]"], &["[SEP]"], &it);
    it
}

fn train(mut tokenizer: Tokenizer, mut trainer: TrainerWrapper) -> Value {
    let corpus = include_str!("../../assets/shakespeare.txt");
    tokenizer.train(&mut trainer, corpus[..200_000].lines()).unwrap();
    serde_json::from_str(&tokenizer.to_string(false).unwrap()).unwrap()
}

/// A post-processor that puts special tokens around a text.
fn template(before: &[&str], after: &[&str], tokenizer: &Value) -> Value {
    let special = |name: &&str| json!({"SpecialToken": {"id": name, "type_id": 0}});
    let text = json!({"Sequence": {"id": "A", "type_id": 0}});
    let single: Vec<Value> =
        before.iter().map(special).chain([text.clone()]).chain(after.iter().map(special)).collect();
    let added = tokenizer["added_tokens"].as_array().unwrap();
    let id = |name: &str| added.iter().find(|token| token["content"] == name).unwrap()["id"].clone();
    let ids: serde_json::Map<_, _> = before
        .iter()
        .chain(after)
        .map(|name| ((*name).to_owned(), json!({"id": name, "ids": [id(name)], "tokens": [name]})))
        .collect();
    json!({"type": "TemplateProcessing", "single": single,
        "pair": [text, {"Sequence": {"id": "B", "type_id": 1}}], "special_tokens": ids})
}
