"""The tabs of the page and what happens in them: a module for each, wired to Gradio."""
