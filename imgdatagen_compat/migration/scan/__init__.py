"""What lies in a folder of images, and what a flow would make of it: folders, files, a tally of both, findings, report. No TensorFlow."""
