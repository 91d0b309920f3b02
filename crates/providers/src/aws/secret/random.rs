//! Values that we make up: letters and digits, which need no quoting anywhere, from the operating
//! system's own generator.

use ashore_engine::failure::Failure;
use rand::TryRng;
use rand::rngs::SysRng;
use secrecy::SecretString;

const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// A byte beyond the last whole round through the alphabet would favour its first letters.
const WHOLE_ROUNDS: u8 = 248;

/// So many letters and digits, 5.95 bits each.
pub(super) fn letters_and_digits(
    length: u32,
    operation: &'static str,
) -> Result<SecretString, Failure> {
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let mut text = String::new();
    let mut bytes = [0; 64];
    while text.len() < length {
        let filled = SysRng.try_fill_bytes(&mut bytes);
        filled.map_err(|error| Failure::internal(operation, &error))?;
        let fair = bytes.iter().filter(|byte| **byte < WHOLE_ROUNDS);
        let letters = fair.map(|byte| char::from(ALPHABET[usize::from(byte % 62)]));
        text.extend(letters.take(length - text.len()));
    }
    Ok(SecretString::from(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_are_the_same_and_all_letters_occur() {
        let make = || letters_and_digits(4000, "test").expect("there is a generator");
        let (one, other) = (make(), make());
        let (one, other) = (one.expose_secret(), other.expose_secret());
        assert_eq!(one.len(), 4000);
        assert_ne!(one, other);
        let letters: BTreeSet<u8> = one.bytes().collect();
        assert_eq!(letters, ALPHABET.iter().copied().collect());
    }
}
