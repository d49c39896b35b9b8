//! Tokenizers and corpora that are open, so that the shares of a mix read each once.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::corpus::Corpus;
use super::hub::Hub;
use super::tokenizer::Tokenizer;
use crate::error::Result;
use crate::spec::TextSpec;

/// What several writers of prompts may need.
#[derive(Debug, Default)]
pub struct SharedTexts {
    /// By name and revision.
    tokenizers: HashMap<(String, Option<String>), Arc<Tokenizer>>,
    /// By the file that was named.
    corpora: HashMap<Option<PathBuf>, Arc<Corpus>>,
}

impl SharedTexts {
    /// The tokenizer of a request.
    pub(super) fn tokenizer(&mut self, spec: &TextSpec, hub: Option<&Hub>) -> Result<Arc<Tokenizer>> {
        let key = (spec.tokenizer.clone(), spec.revision.clone());
        if let Some(open) = self.tokenizers.get(&key) {
            return Ok(Arc::clone(open));
        }
        let opened = Arc::new(Tokenizer::open(spec, hub)?);
        self.tokenizers.insert(key, Arc::clone(&opened));
        Ok(opened)
    }

    /// The corpus of a request.
    pub(super) fn corpus(&mut self, spec: &TextSpec) -> Result<Arc<Corpus>> {
        if let Some(open) = self.corpora.get(&spec.corpus) {
            return Ok(Arc::clone(open));
        }
        let opened = Arc::new(Corpus::open(spec.corpus.as_deref())?);
        self.corpora.insert(spec.corpus.clone(), Arc::clone(&opened));
        Ok(opened)
    }
}
