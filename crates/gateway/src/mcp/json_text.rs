//! Writes text as a JSON string, quickly: a vendor's answer of 100 KB becomes a string inside a JSON-RPC answer, and
//! this is then the most expensive step of a call. JSON inside a string needs an escape every few bytes, where
//! serde_json's writer takes twice as long (docs/performance.md).

/// How each byte is written: up to seven bytes, little-endian, and their number in the highest byte. One table
/// look-up and one store of eight bytes serve every byte alike, without a branch to mispredict.
const WRITTEN: [u64; 256] = written();
/// Bytes of text between two copies into the output.
const BLOCK: usize = 512;
const LONGEST_ESCAPE: usize = 6;

/// Appends `text` as a JSON string with its quotes (RFC 8259 section 7).
pub(crate) fn push_string(out: &mut Vec<u8>, text: &str) {
    out.reserve(text.len() + text.len() / 4 + 2);
    out.push(b'"');
    let mut buffer = [0_u8; BLOCK * LONGEST_ESCAPE + 8];
    for block in text.as_bytes().chunks(BLOCK) {
        let mut length = 0;
        let mut put = |eight: [u8; 8], count: usize| {
            // Always in bounds; said this way, it costs one comparison that is never mispredicted.
            if let Some(place) = buffer.get_mut(length..length + 8) {
                place.copy_from_slice(&eight);
            }
            length += count;
        };
        let (eights, rest) = block.as_chunks::<8>();
        for eight in eights {
            if needs_no_escape(u64::from_le_bytes(*eight)) {
                put(*eight, 8);
            } else {
                eight.iter().for_each(|byte| put(as_written(*byte), count_written(*byte)));
            }
        }
        rest.iter().for_each(|byte| put(as_written(*byte), count_written(*byte)));
        out.extend_from_slice(&buffer[..length]);
    }
    out.push(b'"');
}

fn as_written(byte: u8) -> [u8; 8] {
    WRITTEN[usize::from(byte)].to_le_bytes()
}

fn count_written(byte: u8) -> usize {
    (WRITTEN[usize::from(byte)] >> 56) as usize
}

/// Whether none of eight bytes is a quote, a backslash or below 0x20. Finds a zero byte by borrowing; what the
/// borrow may mark beyond it is escaped byte by byte, to the same effect.
fn needs_no_escape(eight: u64) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let below = |word: u64, limit: u64| word.wrapping_sub(ONES * limit) & !word & HIGHS;
    let equal = |byte: u8| below(eight ^ (ONES * u64::from(byte)), 1);
    below(eight, 0x20) | equal(b'"') | equal(b'\\') == 0
}

const fn written() -> [u64; 256] {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    const SHORT: [(u8, u8); 7] = [(b'"', b'"'), (b'\\', b'\\'), (b'\n', b'n'), (b'\r', b'r'), (b'\t', b't'), (0x08, b'b'), (0x0c, b'f')];
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = if byte < 0x20 {
            let digits = [HEX[byte >> 4], HEX[byte & 15]];
            u64::from_le_bytes([b'\\', b'u', b'0', b'0', digits[0], digits[1], 0, 6])
        } else {
            u64::from_le_bytes([byte as u8, 0, 0, 0, 0, 0, 0, 1])
        };
        byte += 1;
    }
    let mut index = 0;
    while index < SHORT.len() {
        let (byte, letter) = SHORT[index];
        table[byte as usize] = u64::from_le_bytes([b'\\', letter, 0, 0, 0, 0, 0, 2]);
        index += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::push_string;

    fn pushed(text: &str) -> String {
        let mut out = Vec::new();
        push_string(&mut out, text);
        String::from_utf8(out).unwrap()
    }

    proptest! {
        #[test]
        fn text_is_written_as_serde_json_writes_it(text in "(\\PC|[\\x00-\\x7f]|[\"\\\\])*") {
            prop_assert_eq!(pushed(&text), serde_json::to_string(&text).unwrap());
        }
    }

    #[test]
    fn every_byte_that_needs_an_escape_gets_one_at_every_position() {
        for byte in 0..=0x7f_u8 {
            for before in 0..17 {
                let text = "é".repeat(before) + &char::from(byte).to_string() + "tail of the text";
                assert_eq!(pushed(&text), serde_json::to_string(&text).unwrap());
            }
        }
    }

    #[test]
    fn a_long_text_of_nothing_but_the_longest_escape_fits() {
        let text = "\u{1}".repeat(10_000);
        assert_eq!(pushed(&text), serde_json::to_string(&text).unwrap());
    }
}
