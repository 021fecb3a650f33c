//! Pieces for print: a folder with the streams or letters, their index, a job ticket and checksums, which a mail house takes
//! over. The folder appears under its name only when it is whole; when the house gave us a key, the same stands beside it as one
//! encrypted file. The file `NAME.done` comes last and is the sign that it may be fetched.

mod done;
mod encrypted;
mod handover;
mod house;
mod index;
mod names;
mod package;
mod ticket;
mod verify;

pub use done::stamp_in_done;
pub use encrypted::{EncryptedFile, HouseKey, write_as_one_file};
pub use handover::{Departure, History, Leaving, Mark, Turn, in_package, record};
pub use house::{House, IndexFormat, Shape};
pub use index::{IndexRow, IndexWriter, StreamTotals, digests_in};
pub use names::{REPRINT, package_name, reprint_name, stream_file_name};
pub use package::{PackageBuilder, complete, encrypted_file, finished};
pub use ticket::{Contact, Ticket};
pub use verify::{VerifiedPackage, verify_package};
