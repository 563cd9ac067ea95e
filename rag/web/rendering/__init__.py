"""What is shown, as escaped HTML: functions of records, which know nothing about Gradio."""
