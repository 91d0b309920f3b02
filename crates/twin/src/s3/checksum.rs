//! Checksums of objects [S3 guide: checking object integrity].

use bytes::Bytes;
use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Those that SDKs send. SHA-1 and what came after CRC-64 are not modelled.
#[derive(Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Crc32,
    Crc32c,
    Crc64Nvme,
    Sha256,
}

/// A checksum that is kept with an object.
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq, Eq)]
pub(super) struct Checksum {
    pub(super) algorithm: Algorithm,
    pub(super) value: String,
    /// Of the parts' checksums, not of the whole object.
    pub(super) composite: bool,
}

const CRC32C: [u64; 256] = table(0x82f6_3b78);
const CRC64: [u64; 256] = table(0x9a6c_9329_ac4b_c9b5);

impl Algorithm {
    /// By the end of the header, or by its name.
    pub(crate) fn named(word: &str) -> Option<Algorithm> {
        match word.to_ascii_lowercase().as_str() {
            "crc32" => Some(Algorithm::Crc32),
            "crc32c" => Some(Algorithm::Crc32c),
            "crc64nvme" => Some(Algorithm::Crc64Nvme),
            "sha256" => Some(Algorithm::Sha256),
            _ => None,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Algorithm::Crc32 => "CRC32",
            Algorithm::Crc32c => "CRC32C",
            Algorithm::Crc64Nvme => "CRC64NVME",
            Algorithm::Sha256 => "SHA256",
        }
    }

    /// The checksum as it travels.
    pub(crate) fn of(self, bytes: &Bytes) -> String {
        BASE64.encode(&self.raw(bytes))
    }

    pub(super) fn raw(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Algorithm::Crc32 => crc32fast::hash(bytes).to_be_bytes().to_vec(),
            Algorithm::Crc32c => {
                let crc = reflected(&CRC32C, bytes, 0xffff_ffff) as u32;
                crc.to_be_bytes().to_vec()
            }
            Algorithm::Crc64Nvme => reflected(&CRC64, bytes, u64::MAX).to_be_bytes().to_vec(),
            Algorithm::Sha256 => Sha256::digest(bytes).to_vec(),
        }
    }

    /// The header and the member that bear it: `x-amz-checksum-crc32`, `ChecksumCRC32`.
    pub(super) fn header(self) -> String {
        format!("x-amz-checksum-{}", self.name().to_ascii_lowercase())
    }

    pub(super) fn member(self) -> String {
        format!("Checksum{}", self.name())
    }
}

impl Checksum {
    pub(super) fn kind(&self) -> &'static str {
        match self.composite {
            true => "COMPOSITE",
            false => "FULL_OBJECT",
        }
    }
}

fn reflected(table: &[u64; 256], bytes: &[u8], ones: u64) -> u64 {
    let mut crc = ones;
    for byte in bytes {
        crc = table[((crc ^ u64::from(*byte)) & 0xff) as usize] ^ (crc >> 8);
    }
    crc ^ ones
}

const fn table(polynomial: u64) -> [u64; 256] {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut crc = index as u64;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 {
                (crc >> 1) ^ polynomial
            } else {
                crc >> 1
            };
            bit += 1;
        }
        table[index] = crc;
        index += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_values_of_the_catalogue() {
        for (algorithm, expected) in [
            (Algorithm::Crc32, "cbf43926"),
            (Algorithm::Crc32c, "e3069283"),
            (Algorithm::Crc64Nvme, "ae8b14860a799888"),
        ] {
            let found = data_encoding::HEXLOWER.encode(&algorithm.raw(b"123456789"));
            assert_eq!(found, expected, "{}", algorithm.name());
        }
    }
}
