//! Pictures as image objects, deflated once per job and copied into every file that shows them (ISO 32000-1, 8.9.5).

use super::object::put;
use crate::error::{Error, Result};
use crate::typeset::Picture;
use libdeflater::{CompressionLvl, Compressor};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// An image object as it stands in a file.
pub(super) struct Image {
    picture: Arc<Picture>,
    /// Entries of its dictionary, without its length.
    pub(super) entries: String,
    /// Deflated.
    pub(super) bytes: Vec<u8>,
    /// SHA-256 of the deflated bytes.
    pub(super) sha256: [u8; 32],
}

impl Image {
    fn new(picture: &Arc<Picture>) -> Result<Image> {
        let mut compressor = Compressor::new(CompressionLvl::best());
        let mut bytes = vec![0; compressor.zlib_compress_bound(picture.grey.len())];
        let length = compressor.zlib_compress(&picture.grey, &mut bytes).map_err(|error| Error::bug(format!("a picture: {error}")))?;
        bytes.truncate(length);
        let size = format!("/Width {}/Height {}", picture.width, picture.height);
        let entries = format!("/Type/XObject/Subtype/Image{size}/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/FlateDecode");
        let sha256 = Sha256::digest(&bytes).into();
        Ok(Image { picture: Arc::clone(picture), entries, bytes, sha256 })
    }

    /// Whether it is this picture's.
    pub(super) fn shows(&self, picture: &Arc<Picture>) -> bool {
        Arc::ptr_eq(&self.picture, picture)
    }
}

/// The images of some pictures, each once, in the order in which the pictures come.
pub(super) fn images<'p>(pictures: impl IntoIterator<Item = &'p Arc<Picture>>) -> Result<Vec<Image>> {
    let mut images: Vec<Image> = Vec::new();
    for picture in pictures {
        if !images.iter().any(|image| image.shows(picture)) {
            images.push(Image::new(picture)?);
        }
    }
    Ok(images)
}

/// `/Im0 12 0 R`: entries of the `XObject` dictionary, from names and object numbers.
pub(super) fn write_resources(numbers: impl IntoIterator<Item = (usize, u32)>, out: &mut Vec<u8>) {
    numbers.into_iter().for_each(|(name, number)| put(out, format_args!("/Im{name} {number} 0 R")));
}
