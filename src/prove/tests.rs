//! Swaps are caught.
