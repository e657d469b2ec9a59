"""What readers see of the library, put together for its pages."""
