//! Requests of several shapes in one dataset.

use serde::{Deserialize, Serialize};

use crate::spec::{AudioSpec, Conversation, ImageSpec, Placement, Spec, TextSpec, VideoSpec};

/// One shape of request, and how often it comes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Share {
    /// How often, beside the others' weights; above 0.
    pub weight: f64,
    /// The rhythm of its conversations.
    pub conversation: Conversation,
    /// Its prompts, if any.
    pub text: Option<TextSpec>,
    /// Its images, if any.
    pub image: Option<ImageSpec>,
    /// Its audio, if any.
    pub audio: Option<AudioSpec>,
    /// Its clips, if any.
    pub video: Option<VideoSpec>,
    /// Where its media stand.
    pub placement: Placement,
}

impl Share {
    /// The shape of this request's records, so often.
    #[must_use]
    pub fn of(weight: f64, spec: Spec) -> Self {
        let Spec { conversation, text, image, audio, video, placement, .. } = spec;
        Self { weight, conversation, text, image, audio, video, placement }
    }
}

impl Spec {
    /// The request of each share by itself, of all records; of one that has no shares, itself.
    #[must_use]
    pub fn shares(&self) -> Vec<Self> {
        if self.mix.is_empty() {
            return vec![self.clone()];
        }
        self.mix.iter().map(|share| self.with_share(share)).collect()
    }

    fn with_share(&self, share: &Share) -> Self {
        let Share { conversation, text, image, audio, video, placement, .. } = share.clone();
        Self { conversation, text, image, audio, video, placement, mix: Vec::new(), ..self.clone() }
    }

    /// The same request with what `each` makes of its shares, or of itself where it has none.
    pub(crate) fn map_shares<E>(self, mut each: impl FnMut(usize, Self) -> Result<Self, E>) -> Result<Self, E> {
        if self.mix.is_empty() {
            return each(0, self);
        }
        let made = self
            .mix
            .iter()
            .enumerate()
            .map(|(number, share)| each(number, self.with_share(share)).map(|spec| Share::of(share.weight, spec)));
        let mix = made.collect::<Result<_, E>>()?;
        Ok(Self { mix, ..self })
    }
}
