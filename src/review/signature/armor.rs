//! The text of a signature: base64 in lines of 70 between a line that begins and a line that ends it, as `ssh-keygen -Y sign` writes.

use ssh_encoding::pem::PemLabel;
use ssh_encoding::{CheckedSum as _, Encode, EncodePem as _, Writer};
use ssh_key::{Algorithm, LineEnding, SshSig};

/// Bytes after a security key's signature: its flags, and a counter of four bytes.
const TRAILER: usize = 5;

/// Reads a signature; nothing when it is damaged or of another version.
///
/// The decoder passes over text in front, odd line ends and wrong lengths, and the version is no part of what is signed. So the text
/// has to be the one that would be written: but for line ends of Windows and the last line end, nothing can be changed unseen.
pub(super) fn read(armored: &str) -> Option<SshSig> {
    let text = armored.replace("\r\n", "\n");
    let signature = SshSig::from_pem(&text).ok().filter(|signature| signature.version() == SshSig::VERSION)?;
    let written = write(&signature)?;
    (text.strip_suffix('\n').unwrap_or(&text) == written.trim_end()).then_some(signature)
}

/// Writes a signature; nothing when it cannot be encoded.
pub(super) fn write(signature: &SshSig) -> Option<String> {
    // Of these, `ssh-key` 0.6 puts the trailer inside of the signature's own length, which no other program reads.
    if signature.algorithm() == Algorithm::SkEcdsaSha2NistP256 {
        return SkEcdsa(signature).encode_pem_string(LineEnding::LF).ok();
    }
    signature.to_pem(LineEnding::LF).ok()
}

/// A signature by a security key with the curve P-256, encoded as `PROTOCOL.u2f` of OpenSSH has it.
struct SkEcdsa<'a>(&'a SshSig);

impl SkEcdsa<'_> {
    /// The two numbers of the signature, and the trailer.
    fn parts(&self) -> ssh_encoding::Result<(&[u8], &[u8])> {
        let bytes = self.0.signature_bytes();
        let end = bytes.len().checked_sub(TRAILER).ok_or(ssh_encoding::Error::Length)?;
        bytes.split_at_checked(end).ok_or(ssh_encoding::Error::Length)
    }

    fn inner_len(&self) -> ssh_encoding::Result<usize> {
        [self.0.algorithm().encoded_len()?, self.parts()?.0.encoded_len()?, TRAILER].checked_sum()
    }
}

impl Encode for SkEcdsa<'_> {
    fn encoded_len(&self) -> ssh_encoding::Result<usize> {
        let SkEcdsa(signature) = self;
        let fixed = [b"SSHSIG".len(), signature.version().encoded_len()?];
        let lengths = [
            signature.public_key().encoded_len_prefixed()?,
            signature.namespace().encoded_len()?,
            signature.reserved().encoded_len()?,
            signature.hash_alg().encoded_len()?,
            4,
            self.inner_len()?,
        ];
        [fixed.checked_sum()?, lengths.checked_sum()?].checked_sum()
    }

    fn encode(&self, writer: &mut impl Writer) -> ssh_encoding::Result<()> {
        let SkEcdsa(signature) = self;
        writer.write(b"SSHSIG")?;
        signature.version().encode(writer)?;
        signature.public_key().encode_prefixed(writer)?;
        signature.namespace().encode(writer)?;
        signature.reserved().encode(writer)?;
        signature.hash_alg().encode(writer)?;
        self.inner_len()?.encode(writer)?;
        signature.algorithm().encode(writer)?;
        let (numbers, trailer) = self.parts()?;
        numbers.encode(writer)?;
        writer.write(trailer)
    }
}

impl PemLabel for SkEcdsa<'_> {
    const PEM_LABEL: &'static str = SshSig::PEM_LABEL;
}
