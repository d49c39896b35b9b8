//! Resizing, with the Catmull-Rom cubic: its weights are sums and products, which every machine rounds alike, and the resizer
//! sums 8-bit pixels up in integers, so that its SIMD and its plain code give the same bytes (tested below).

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

use super::decode::Picture;
use crate::error::{Error, Result};
use crate::frame::Size;

/// The picture at another size, its aspect ratio not kept: tightly packed R, G, B.
pub(super) fn resize(picture: &Picture, size: Size) -> Result<Vec<u8>> {
    resize_with(&mut Resizer::new(), picture, size)
}

fn resize_with(resizer: &mut Resizer, picture: &Picture, size: Size) -> Result<Vec<u8>> {
    let failed = |why: &dyn std::fmt::Display| Error::encode("resize", format!("{}: {why}", picture.name));
    let Size { width, height } = picture.size;
    let from = ImageRef::new(width, height, &picture.rgb, PixelType::U8x3).map_err(|why| failed(&why))?;
    let mut to = Image::new(size.width, size.height, PixelType::U8x3);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom)).use_alpha(false);
    resizer.resize(&from, &mut to, &options).map_err(|why| failed(&why))?;
    Ok(to.into_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use fast_image_resize::CpuExtensions;
    use rand::Rng;
    use sha2::{Digest, Sha256};

    fn noise(width: u32, height: u32) -> Picture {
        let size = Size::new(width, height);
        let mut rgb = vec![0; size.rgb_bytes() as usize];
        crate::seed::Seed(3).stream("resize", u64::from(width)).fill_bytes(&mut rgb);
        // Edges from black to white, where the cubic overshoots.
        rgb.chunks_mut(9).step_by(2).for_each(|run| run.fill(255));
        Picture { name: "noise".into(), size, rgb }
    }

    /// The plain code, which every machine has, against what this machine has.
    #[test]
    fn no_instruction_set_changes_a_byte() -> Result<()> {
        #[cfg(target_arch = "x86_64")]
        let sets = [CpuExtensions::Sse4_1, CpuExtensions::Avx2];
        #[cfg(target_arch = "aarch64")]
        let sets = [CpuExtensions::Neon];
        let froms = [(1, 1), (2, 3), (5, 4), (17, 9), (64, 33), (301, 203), (640, 427), (2000, 31)];
        let tos = [(1, 1), (3, 2), (7, 8), (64, 64), (129, 65), (512, 512), (1000, 3)];
        for (width, height) in froms {
            let picture = noise(width, height);
            for (width, height) in tos {
                let size = Size::new(width, height);
                let with = |set: CpuExtensions| {
                    let mut resizer = Resizer::new();
                    #[expect(unsafe_code, reason = "choosing an instruction set is the crate's one unsafe call")]
                    // SAFETY: only sets that this CPU supports come here.
                    unsafe {
                        resizer.set_cpu_extensions(set);
                    }
                    resize_with(&mut resizer, &picture, size)
                };
                let plain = with(CpuExtensions::None)?;
                for set in sets.into_iter().filter(CpuExtensions::is_supported) {
                    assert!(plain == with(set)?, "{:?} to {size:?}: {set:?}", picture.size);
                }
            }
        }
        Ok(())
    }

    #[test]
    fn value_stability() -> Result<()> {
        let rgb = resize(&noise(301, 203), Size::new(64, 100))?;
        assert_eq!(crate::payload::hex(&Sha256::digest(rgb))[..16], *"a30b05d124b33fd8");
        Ok(())
    }

    #[test]
    fn the_same_size_is_the_same_picture() -> Result<()> {
        let picture = noise(33, 21);
        assert_eq!(resize(&picture, picture.size)?, picture.rgb);
        Ok(())
    }
}
